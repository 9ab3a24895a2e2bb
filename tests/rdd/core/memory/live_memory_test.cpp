#include <millrace/rdd/core/memory/live_memory.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace millrace::core {
namespace {

OperatorPtr keeper(int id) { return std::make_shared<OperatorInfo>(OperatorInfo{"keeper", id, ""}); }

struct LiveMemoryTest : testing::Test {
  const std::shared_ptr<MemoryBudget> budget = std::make_shared<MemoryBudget>(100);
  const std::shared_ptr<LiveMemory> memory = std::make_shared<LiveMemory>(budget);
};

TEST_F(LiveMemoryTest, IsPartOfTheBudgetUntilItsHoldersAreGone) {
  std::optional<LiveShare> first(memory), second(memory);
  first->set(keeper(1), {60, 6});
  second->set(keeper(2), {40, 4});
  EXPECT_EQ(budget->used(), 100U);
  EXPECT_FALSE(memory->isOverLimit());
  second->set(keeper(2), {41, 4});
  EXPECT_TRUE(memory->isOverLimit());
  first->set(keeper(1), {10, 1});
  EXPECT_EQ(budget->used(), 51U);
  EXPECT_EQ(memory->bytes(), 51U);
  first.reset();
  second.reset();
  EXPECT_EQ(budget->used(), 0U);
  EXPECT_EQ(memory->describe(), "");
}

TEST_F(LiveMemoryTest, NamesTheOperatorsThatHoldMost) {
  LiveShare small(memory), part(memory), other(memory), light(memory), none(memory);
  small.set(keeper(1), {5, 1});
  part.set(keeper(2), {30, 3});
  other.set(keeper(2), {31, 4});
  light.set(keeper(3), {1, 1});
  none.set(keeper(4), {});
  EXPECT_EQ(memory->describe(),
            "keeper #2 holds 7 keys in 61 bytes, keeper #1 holds 1 keys in 5 bytes, keeper #3 holds 1 keys "
            "in 1 bytes");
}

/// Goes when it is asked to.
struct Leaving final : MemoryBudget::Holder {
  explicit Leaving(MemoryBudget& of) : budget(of) {}
  void evict() override { budget.release(*this); }
  MemoryBudget& budget;
};

TEST_F(LiveMemoryTest, WhatIsCachedMakesRoomForIt) {
  const auto cached = std::make_shared<Leaving>(*budget);
  MemoryClaim claim(*budget, nullptr);
  ASSERT_TRUE(claim.growTo(70));
  claim.handOver(70, cached);
  LiveShare share(memory);
  share.set(keeper(1), {50, 1});
  EXPECT_EQ(budget->used(), 50U);
}

}  // namespace
}  // namespace millrace::core
