#include <millrace/base/copyable_function.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

TEST(CopyableFunction, CopiesStateHeldInPlace) {
  CopyableFunction<int()> counter = [n = 0]() mutable { return ++n; };
  EXPECT_EQ(counter(), 1);
  auto copy = counter;
  EXPECT_EQ(counter(), 2);
  EXPECT_EQ(copy(), 2);
  EXPECT_EQ(copy(), 3);
}

TEST(CopyableFunction, CopiesStateThatOwnsSomethingOrIsLarge) {
  CopyableFunction<std::string()> text = [t = std::string("a text beyond the inline size")]() mutable {
    return t += "!";
  };
  CopyableFunction<int()> large = [numbers = std::array<int, 100>{}]() mutable { return ++numbers[99]; };
  EXPECT_EQ(text(), "a text beyond the inline size!");
  EXPECT_EQ(large(), 1);
  auto sameText = text;
  auto sameNumbers = large;
  EXPECT_EQ(text(), "a text beyond the inline size!!");
  EXPECT_EQ(sameText(), "a text beyond the inline size!!");
  EXPECT_EQ(large(), 2);
  EXPECT_EQ(sameNumbers(), 2);
}

TEST(CopyableFunction, DestroysWhatItHoldsOnce) {
  auto held = std::make_shared<int>(1);
  {
    CopyableFunction<long()> first = [held] { return held.use_count(); };
    EXPECT_EQ(held.use_count(), 2);
    auto copy = first;
    EXPECT_EQ(held.use_count(), 3);
    auto moved = std::move(first);
    EXPECT_EQ(held.use_count(), 3);
    EXPECT_EQ(moved(), 3);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(CopyableFunction, LosesNothingWhenACopyFails) {
  struct Fragile {
    Fragile() = default;
    Fragile(const Fragile&) { throw std::runtime_error("no copy"); }
    Fragile(Fragile&&) = default;
    int operator()() { return *held; }
    std::shared_ptr<int> held = std::make_shared<int>(5);
  };
  CopyableFunction<int()> fragile{Fragile()};
  EXPECT_THROW(CopyableFunction<int()>{std::as_const(fragile)}, std::runtime_error);
  EXPECT_EQ(fragile(), 5);
}

TEST(CopyableFunction, TakesPointersToMembersAndPassesReferencesOn) {
  CopyableFunction<std::size_t(const std::string&)> size = &std::string::size;
  EXPECT_EQ(size("abc"), 3u);
  CopyableFunction<int&(int&)> same = [](int& number) -> int& { return number; };
  int number = 1;
  EXPECT_EQ(&same(number), &number);
  CopyableFunction<std::unique_ptr<int>(std::unique_ptr<int>&&)> pass = [](std::unique_ptr<int>&& p) {
    return std::move(p);
  };
  EXPECT_EQ(*pass(std::make_unique<int>(3)), 3);
}

}  // namespace
}  // namespace millrace
