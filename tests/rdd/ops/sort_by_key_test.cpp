#include <millrace/rdd/ops/sort_by_key.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/keyed.hpp"
#include "support/seed.hpp"

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

TEST(SortByKey, SortsAllByKeyAndKeepsEqualKeysInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Pair>(shape, {{3, 1}, {1, 2}, {2, 3}, {1, 4}, {3, 5}, {0, 6}});
    EXPECT_EQ(rdd.sortByKey().collect(), (Pairs{{0, 6}, {1, 2}, {1, 4}, {2, 3}, {3, 1}, {3, 5}}));
    EXPECT_EQ(rdd.sortByKey(false).collect(), (Pairs{{3, 1}, {3, 5}, {2, 3}, {1, 2}, {1, 4}, {0, 6}}));
    EXPECT_EQ(rdd.sortByKey(true, 3).collect(), rdd.sortByKey().collect());
    EXPECT_TRUE(rddOf<Pair>(shape, {}).sortByKey().collect().empty());
    EXPECT_EQ(rddOf<Pair>(shape, {}).sortByKey(true, 5).getNumPartitions(), 1);
    auto texts =
        rddOf<std::pair<std::string_view, int>>(shape, {{"b", 1}, {"a text beyond twelve bytes", 2}});
    EXPECT_EQ(texts.sortByKey().collect(),
              (std::vector<std::pair<std::string, int>>{{"a text beyond twelve bytes", 2}, {"b", 1}}));
  }
  EXPECT_THROW(rddOf<Pair>(Shape{}, {}).sortByKey(true, 0), IllegalArgument);
}

TEST(SortByKey, BalancesItsPartitions) {
  const test::Seed seed;
  Pairs pairs;
  for (int i = 0; i < 10'000; ++i) pairs.emplace_back(i, i);
  std::shuffle(pairs.begin(), pairs.end(), std::mt19937(seed));
  for (bool ascending : {true, false}) {
    auto sortedPairs = rddOf<Pair>(Shape{.partitions = 2, .threads = 2}, pairs).sortByKey(ascending, 20);
    EXPECT_EQ(sortedPairs.getNumPartitions(), 20);
    int previous = ascending ? -1 : 10'000;
    for (const auto& part : test::partitionsOf(sortedPairs)) {
      EXPECT_GT(part.size(), 50u);
      EXPECT_LT(part.size(), 1500u);
      for (const auto& [key, value] : part) EXPECT_EQ(key, previous += ascending ? 1 : -1);
    }
  }
}

// A partition that holds far more than the others is sampled again, in proportion.
TEST(SortByKey, BalancesWhatIsUnevenlySpread) {
  auto engine = test::makeEngine({.threads = 2});
  Pairs small;
  for (int i = 0; i < 100; ++i) small.emplace_back(-i, i);
  std::vector<RDD<Pair>> parts(9, rddOf<Pair>(engine, small, 1));
  Pairs large;
  for (int i = 0; i < 100'000; ++i) large.emplace_back((i * 7919) % 100'000, i);
  parts.push_back(rddOf<Pair>(engine, large, 1));
  auto all = RDD<Pair>::union_(parts).sortByKey(true, 4);
  ASSERT_EQ(all.getNumPartitions(), 4);
  for (const auto& part : test::partitionsOf(all)) EXPECT_GT(part.size(), 10'000u);
}

TEST(SortByKey, KnowsItsRangesAfterwards) {
  auto rdd = rddOf<Pair>(Shape{.partitions = 3}, {{5, 1}, {1, 2}, {3, 3}, {2, 4}}).sortByKey(true, 4);
  ASSERT_TRUE(rdd.partitioner().has_value());
  EXPECT_EQ(rdd.partitioner()->numPartitions(), rdd.getNumPartitions());
  EXPECT_EQ(rdd.groupByKey().partitioner(), rdd.partitioner());
  EXPECT_EQ(rdd.groupByKey().keys().collect(), (std::vector<int>{1, 2, 3, 5}))
      << "one key per partition, and they in order";
  EXPECT_EQ(rdd.partitioner(), RangePartitioner(4, rdd));
  EXPECT_NE(rdd.partitioner(), RangePartitioner(2, rdd));
  EXPECT_NE(rdd.partitioner(), RangePartitioner(4, rdd, false));
}

struct Ordered {
  int value;
  bool operator<(const Ordered& other) const { return value < other.value; }
};

TEST(SortByKey, NeedsNoHashOfItsKeys) {
  std::vector<std::pair<Ordered, int>> records;
  for (int i = 0; i < 100; ++i) records.emplace_back(Ordered{(i * 37) % 100}, i);
  auto rdd = rddOf<std::pair<Ordered, int>>(Shape{}, records);
  int expected = 0;
  for (const auto& [key, value] : rdd.sortByKey(true, 4).collect()) EXPECT_EQ(key.value, expected++);
  EXPECT_THROW(rdd.repartitionAndSortWithinPartitions(HashPartitioner(2)), IllegalArgument);
}

TEST(SortByKey, PassesOnAFailureWhereItIsDefined) {
  auto bad = rddOf<Pair>(Shape{}, {{1, 1}}).map([](Pair) -> Pair { throw std::runtime_error("no good"); });
  expectFailureIn("map", "no good", [&] { bad.sortByKey(); });
}

TEST(RepartitionAndSort, SortsEachPartition) {
  auto odd = partitionerBy<int>(
      2, [](int key) { return key & 1; }, "odd");
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Pair>(shape, {{4, 5}, {3, 8}, {2, 6}, {0, 8}, {3, 9}, {1, 3}});
    auto placed = rdd.repartitionAndSortWithinPartitions(odd);
    EXPECT_EQ(test::partitionsOf(placed),
              (std::vector<Pairs>{{{0, 8}, {2, 6}, {4, 5}}, {{1, 3}, {3, 8}, {3, 9}}}));
    EXPECT_EQ(placed.partitioner(), odd);
    EXPECT_EQ(placed.repartitionAndSortWithinPartitions(odd).collect(), placed.collect()) << "in place";
  }
}

}  // namespace
}  // namespace millrace
