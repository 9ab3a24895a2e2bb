#include <millrace/rdd/core/memory/memory_budget.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

/// Goes when it is asked to, unless it is in use, and writes its name down.
class Stored final : public MemoryBudget::Holder {
 public:
  Stored(MemoryBudget& budget, std::string& gone, char name) : budget_(budget), gone_(gone), name_(name) {}
  ~Stored() override { budget_.release(*this); }
  void evict() override {
    if (inUse) return;
    gone_ += name_;
    budget_.release(*this);
  }
  bool inUse = false;

 private:
  MemoryBudget& budget_;
  std::string& gone_;
  const char name_;
};

struct MemoryBudgetTest : testing::Test {
  std::shared_ptr<Stored> store(char name, std::size_t bytes, const void* group = nullptr) {
    auto stored = std::make_shared<Stored>(budget, gone, name);
    MemoryClaim claim(budget, group);
    EXPECT_TRUE(claim.growTo(bytes));
    claim.handOver(bytes, stored);
    return stored;
  }
  MemoryBudget budget{100};
  std::string gone;
};

TEST_F(MemoryBudgetTest, GivesWhatThereIs) {
  EXPECT_TRUE(budget.tryTake(60));
  EXPECT_FALSE(budget.tryTake(41));
  EXPECT_TRUE(budget.tryTake(40));
  EXPECT_FALSE(budget.tryTake(1));
  budget.giveBack(100);
  EXPECT_TRUE(budget.tryTake(100));
  EXPECT_FALSE(budget.tryTake(~std::size_t{0}));
}

TEST_F(MemoryBudgetTest, LetsThoseGoThatWereNotUsedForTheLongestTime) {
  auto a = store('a', 30), b = store('b', 30), c = store('c', 30);
  budget.touch(*a);
  EXPECT_TRUE(budget.tryTake(20));
  EXPECT_EQ(gone, "b");
  EXPECT_TRUE(budget.tryTake(60));
  EXPECT_EQ(gone, "bca");
  EXPECT_EQ(budget.used(), 80U);
}

TEST_F(MemoryBudgetTest, NobodyGoesInVain) {
  auto a = store('a', 30);
  EXPECT_TRUE(budget.tryTake(50));
  EXPECT_FALSE(budget.tryTake(60));
  EXPECT_EQ(gone, "");
}

TEST_F(MemoryBudgetTest, TheOneInUseStays) {
  auto a = store('a', 40), b = store('b', 40);
  a->inUse = true;
  EXPECT_TRUE(budget.tryTake(60));
  EXPECT_EQ(gone, "b");
  EXPECT_FALSE(budget.tryTake(10));
  a->inUse = false;
  EXPECT_TRUE(budget.tryTake(10));
  EXPECT_EQ(gone, "ba");
}

TEST_F(MemoryBudgetTest, AGroupDoesNotPushItselfOut) {
  const int first = 0, second = 0;
  auto a = store('a', 40, &first), b = store('b', 40, &second);
  EXPECT_FALSE(budget.tryTake(70, &first));
  EXPECT_TRUE(budget.tryTake(50, &first));
  EXPECT_EQ(gone, "b");
}

TEST_F(MemoryBudgetTest, WhatGoesByItselfGivesBack) {
  store('a', 70).reset();
  EXPECT_EQ(budget.used(), 0U);
}

TEST_F(MemoryBudgetTest, AClaimGivesBackWhatItDoesNotHandOver) {
  {
    MemoryClaim claim(budget, nullptr);
    EXPECT_TRUE(claim.growTo(10));
    EXPECT_TRUE(claim.growTo(15)) << "some of it is there already";
    EXPECT_LE(budget.used(), 20U);
    EXPECT_TRUE(claim.growTo(90));
    EXPECT_FALSE(claim.growTo(101));
    EXPECT_EQ(budget.used(), 90U);
    auto kept = std::make_shared<Stored>(budget, gone, 'k');
    claim.handOver(30, kept);
    EXPECT_EQ(budget.used(), 30U);
  }
  EXPECT_EQ(budget.used(), 0U);
  {
    MemoryClaim claim(budget, nullptr);
    EXPECT_TRUE(claim.growTo(50));
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST_F(MemoryBudgetTest, WhatHasToStayIsCountedBeyondTheLimit) {
  auto stored = std::make_shared<Stored>(budget, gone, 'a');
  MemoryClaim(budget, nullptr).handOver(130, stored);
  EXPECT_EQ(budget.used(), 130U);
  EXPECT_TRUE(budget.tryTake(10));
  EXPECT_EQ(gone, "a");
}

TEST_F(MemoryBudgetTest, ManyThreadsTakeNoMoreThanThereIs) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 1000; ++i) {
        if (!budget.tryTake(30)) continue;
        EXPECT_LE(budget.used(), 100U);
        budget.giveBack(30);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace millrace::core
