#include <millrace/rdd/actions/aggregate.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

TEST(Fold, AppliesItsZeroOncePerPartitionAndOnceMore) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<int>(shape, {1, 2, 3, 4}).fold(0, std::plus<>{}), 10);
    EXPECT_EQ(rddOf<int>(shape, {1, 2, 3, 4}).fold(100, std::plus<>{}), 10 + 100 * (shape.partitions + 1));
    EXPECT_EQ(rddOf<int>(shape, {}).fold(7, std::plus<>{}), 7 * (shape.partitions + 1));
    EXPECT_EQ(rddOf<std::string_view>(shape, {"a", "b", "c"}).fold("", std::plus<>{}), "abc");
    const auto even = rddOf<int>(shape, {2, 3}).map([](int x) { return x % 2 == 0; });
    EXPECT_EQ(even.fold(true, std::logical_and<>{}), false);
    EXPECT_EQ(even.treeReduce(std::logical_or<>{}), true);
  }
  EXPECT_EQ(rddOf<int>(test::makeEngine(), {}, 0).fold(7, std::plus<>{}), 7);
}

// Vector H05.
TEST(Aggregate, GivesAResultOfAnotherType) {
  using Sums = std::map<std::string, int>;
  const std::vector<std::pair<std::string, int>> records{{"a", 1}, {"b", 2}, {"a", 2}, {"c", 5}, {"a", 3}};
  const auto add = [](Sums sums, const auto& kv) {
    sums[kv.first] += kv.second;
    return sums;
  };
  const auto merge = [](Sums sums, const Sums& more) {
    for (const auto& [key, value] : more) sums[key] += value;
    return sums;
  };
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    const auto rdd = rddOf<std::pair<std::string, int>>(shape, records);
    EXPECT_EQ(rdd.aggregate(Sums(), add, merge), (Sums{{"a", 6}, {"b", 2}, {"c", 5}}));
    EXPECT_EQ(rdd.treeAggregate(Sums(), add, merge), (Sums{{"a", 6}, {"b", 2}, {"c", 5}}));
    EXPECT_EQ(rdd.aggregate(Sums{{"z", 1}}, add, merge).at("z"), shape.partitions + 1);
    EXPECT_EQ(rdd.treeAggregate(Sums{{"z", 1}}, add, merge).at("z"), shape.partitions + 1);
  }
}

TEST(Aggregate, TakesViewsOrOwnedText) {
  const auto words = rddOf<std::string_view>(Shape{.partitions = 2}, {"a", "bb", "ccc"});
  const auto views = [](std::size_t sum, std::string_view word) { return sum + word.size(); };
  const auto texts = [](std::size_t sum, const std::string& word) { return sum + word.size(); };
  EXPECT_EQ(words.aggregate(std::size_t{0}, views, std::plus<>{}), 6u);
  EXPECT_EQ(words.aggregate(std::size_t{0}, texts, std::plus<>{}), 6u);
}

TEST(TreeAggregate, MergesNeighboursInOrderAtEveryDepth) {
  std::vector<int> numbers(200);
  std::iota(numbers.begin(), numbers.end(), 0);
  std::string expected;
  for (int number : numbers) expected += std::to_string(number) + ",";
  const auto add = [](std::string text, int number) { return text + std::to_string(number) + ","; };
  for (int partitions : {1, 2, 7, 100}) {
    const auto rdd = rddOf<int>(test::makeEngine({.threads = 4}), numbers, partitions);
    for (int depth : {1, 2, 3, 9})
      EXPECT_EQ(rdd.treeAggregate(std::string(), add, std::plus<>{}, depth), expected)
          << partitions << " " << depth;
    EXPECT_EQ(rdd.treeReduce(std::plus<>{}), 19'900);
  }
}

// Vector H04.
TEST(TreeAggregate, IsAggregateAtEveryDepth) {
  std::vector<int> numbers(2'000);
  std::iota(numbers.begin(), numbers.end(), -1'000);
  for (int threads : {1, 4}) {
    const auto rdd = rddOf<int>(test::makeEngine({.threads = threads}), numbers, 10);
    EXPECT_EQ(rdd.fold(0, std::plus<>{}), -1'000);
    for (int depth = 1; depth < 10; ++depth) {
      EXPECT_EQ(rdd.treeReduce(std::plus<>{}, depth), -1'000);
      EXPECT_EQ(rdd.treeAggregate(0, std::plus<>{}, std::plus<>{}, depth), -1'000);
    }
    EXPECT_THROW(rdd.treeReduce(std::plus<>{}, 0), IllegalArgument);
    EXPECT_THROW(rdd.treeAggregate(0, std::plus<>{}, std::plus<>{}, -1), IllegalArgument);
  }
}

TEST(TreeAggregate, NamesItselfWhenItsFunctionsFail) {
  const auto rdd = rddOf<int>(test::makeEngine(), std::vector<int>(100, 1), 50);
  const auto messageOf = [&](auto call) {
    try {
      call();
    } catch (const TaskFailure& failure) {
      return std::string(failure.what());
    }
    return std::string("nothing was thrown");
  };
  const auto fail = [](int, int) -> int { throw std::runtime_error("no"); };
  EXPECT_EQ(messageOf([&] { rdd.aggregate(0, fail, std::plus<>{}); }), "aggregate failed in partition 0: no");
  EXPECT_EQ(messageOf([&] { rdd.fold(0, fail); }), "fold failed in partition 0: no");
  EXPECT_EQ(messageOf([&] { rdd.treeAggregate(0, std::plus<>{}, fail); }),
            "treeAggregate failed in partition 0: no");
  EXPECT_THROW(rddOf<int>(Shape{}, {}).treeReduce(std::plus<>{}), Unsupported);
}

}  // namespace
}  // namespace millrace
