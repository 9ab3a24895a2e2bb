#include <millrace/rdd/ops/combine_by_key.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/keyed.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::expectFailureIn;
using test::rddOf;
using test::Shape;
using test::sorted;
using Pair = std::pair<int, int>;
using Pairs = std::vector<Pair>;
using Texts = std::vector<std::pair<int, std::string>>;

TEST(CombineByKey, BuildsFromTheFirstValueOn) {
  using Average = std::pair<int, int>;
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<std::pair<std::string, int>>(
        shape, {{"a", 1}, {"b", 2}, {"a", 3}, {"a key beyond twelve bytes", 4}, {"a", 5}});
    auto averages = [&](const Partitions& partitions) {
      return rdd.combineByKey(
          [](int x) { return Average(x, 1); },
          [](Average sum, int x) { return Average(sum.first + x, sum.second + 1); },
          [](const Average& a, const Average& b) { return Average(a.first + b.first, a.second + b.second); },
          partitions);
    };
    const std::vector<std::pair<std::string, Average>> expected{
        {"a", {9, 3}}, {"a key beyond twelve bytes", {4, 1}}, {"b", {2, 1}}};
    EXPECT_EQ(sorted(averages({}).collect()), expected);
    EXPECT_EQ(sorted(averages(3).collect()), expected);
    EXPECT_EQ(averages(3).getNumPartitions(), 3);
    EXPECT_EQ(averages(HashPartitioner(4)).partitioner(), HashPartitioner(4));
    EXPECT_TRUE(averages({}).filter([](const auto&) { return false; }).collect().empty());
  }
}

TEST(CombineByKey, MovesCombinersOnTheirWay) {
  auto rdd = rddOf<Pair>(Shape{.partitions = 3}, {{1, 1}, {1, 2}, {1, 3}, {2, 4}});
  auto lists = rdd.combineByKey([](int x) { return std::vector{x}; },
                                [](std::vector<int> all, int x) {
                                  all.push_back(x);
                                  return all;
                                },
                                [](std::vector<int> all, std::vector<int> more) {
                                  all.insert(all.end(), more.begin(), more.end());
                                  return all;
                                });
  EXPECT_EQ(test::sortedGroups(lists.collect()),
            (std::vector<std::pair<int, std::vector<int>>>{{1, {1, 2, 3}}, {2, {4}}}));
}

TEST(CombineByKey, NamesItselfWhereAFunctionThrows) {
  auto rdd = rddOf<Pair>(Shape{}, {{1, 1}, {1, 2}});
  auto add = [](int a, int b) { return a + b; };
  auto fail = [](int, int) -> int { throw std::runtime_error("no good"); };
  auto same = [](int x) { return x; };
  expectFailureIn("combineByKey", "no good", [&] { rdd.combineByKey(same, add, fail).collect(); });
  expectFailureIn("combineByKey", "no good",
                  [&] { rdd.coalesce(1).combineByKey(same, fail, add).collect(); });
}

TEST(CombineByKey, DoesNotShuffleWhatIsInPlace) {
  auto keyed =
      rddOf<Pair>(Shape{.partitions = 2}, {{1, 1}, {1, 2}, {2, 5}, {3, 1}}).partitionBy(HashPartitioner(3));
  auto sums = keyed.reduceByKey(std::plus<>{});
  EXPECT_EQ(sums.partitioner(), HashPartitioner(3));
  EXPECT_EQ(sorted(sums.collect()), (Pairs{{1, 3}, {2, 5}, {3, 1}}));
  EXPECT_EQ(test::partitionsOf(sums.mapValues([](int x) { return x; })), test::partitionsOf(sums));
  Pairs many;
  for (int i = 0; i < 300; ++i) many.emplace_back(i, i);
  test::CountedReads<Pair> reads(rddOf<Pair>(Shape{}, many).partitionBy(HashPartitioner(3)));
  EXPECT_EQ(reads.rdd.reduceByKey(std::plus<>{}).take(1).size(), 1u);
  EXPECT_EQ(*reads.count, 1) << "a shuffle would have read all three partitions";
  auto moved = reads.rdd.reduceByKey(std::plus<>{}, 2);
  EXPECT_EQ(sorted(moved.collect()), many);
}

}  // namespace
}  // namespace millrace
