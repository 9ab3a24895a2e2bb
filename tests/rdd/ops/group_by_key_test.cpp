#include <millrace/rdd/ops/group_by_key.hpp>

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

template <class K, class V>
using Groups = std::vector<std::pair<K, std::vector<V>>>;

TEST(GroupByKey, GathersTheValuesInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<std::pair<std::string, int>>(
        shape, {{"a", 3}, {"b", 2}, {"a", 1}, {"", 7}, {"a key beyond twelve bytes", 4}, {"a", 2}});
    const Groups<std::string, int> expected{
        {"", {7}}, {"a", {3, 1, 2}}, {"a key beyond twelve bytes", {4}}, {"b", {2}}};
    EXPECT_EQ(sorted(rdd.groupByKey().collect()), expected);
    EXPECT_EQ(sorted(rdd.groupByKey(3).collect()), expected);
    EXPECT_EQ(rdd.groupByKey(3).getNumPartitions(), 3);
    EXPECT_TRUE(rddOf<Pair>(shape, {}).groupByKey().collect().empty());
  }
}

TEST(GroupByKey, OwnsTheTextOfViews) {
  using View = std::pair<std::string_view, std::string_view>;
  auto groups = rddOf<View>(Shape{}, {{"k", "a value beyond the inline size"}, {"k", "b"}}).groupByKey();
  static_assert(
      std::is_same_v<decltype(groups)::value_type, std::pair<std::string, std::vector<std::string>>>);
  EXPECT_EQ(groups.collect(),
            (Groups<std::string, std::string>{{"k", {"a value beyond the inline size", "b"}}}));
  EXPECT_EQ(groups.collect(), groups.collect()) << "nothing was moved out of the stored groups";
}

TEST(GroupByKey, FollowsThePartitionerRules) {
  auto two = rddOf<Pair>(Shape{.partitions = 4}, {{1, 1}, {2, 2}, {-1, 3}}).groupByKey(2);
  EXPECT_EQ(two.partitioner(), HashPartitioner(2));
  EXPECT_EQ(two.groupByKey().partitioner(), HashPartitioner(2));
  EXPECT_EQ(two.groupByKey(3).partitioner(), HashPartitioner(3));
  EXPECT_EQ(rddOf<Pair>(Shape{.partitions = 4}, {}).groupByKey().getNumPartitions(), 4);
  auto odd = partitionerBy<int>(
      2, [](int key) { return key & 1; }, "odd");
  auto byOdd = rddOf<Pair>(Shape{.partitions = 3}, {{1, 1}, {2, 2}, {3, 3}, {2, 4}}).groupByKey(odd);
  auto parts = test::partitionsOf(byOdd);
  EXPECT_EQ(parts.at(0), (Groups<int, int>{{2, {2, 4}}}));
  EXPECT_EQ(sorted(parts.at(1)), (Groups<int, int>{{1, {1}}, {3, {3}}}));
  EXPECT_THROW(two.groupByKey(0), IllegalArgument);
}

TEST(GroupByKey, EqualsAModelOnManyRecords) {
  const test::Seed seed;
  std::mt19937 random(seed);
  for (int keys : {1, 7, 50'000}) {
    Pairs records(200'000);
    for (auto& [key, value] : records) {
      key = random() % 10 == 0 ? 0 : static_cast<int>(random() % static_cast<unsigned>(keys));
      value = static_cast<int>(random() % 1000);
    }
    std::map<int, std::vector<int>> model;
    for (const auto& [key, value] : records) model[key].push_back(value);
    auto texts = [](int x) { return "a text beyond the inline size " + std::to_string(x); };
    for (int partitions : {1, 3}) {
      auto rdd = rddOf<Pair>(Shape{.partitions = 4, .threads = 2}, records);
      auto groups = rdd.groupByKey(partitions).collect();
      EXPECT_EQ((std::map(groups.begin(), groups.end())), model) << keys;
      EXPECT_EQ(groups.size(), model.size());
      auto named = rdd.mapValues(texts).groupByKey(partitions).collect();
      ASSERT_EQ(named.size(), model.size());
      for (const auto& [key, values] : named) {
        ASSERT_EQ(values.size(), model[key].size());
        for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], texts(model[key][i]));
      }
    }
  }
}

TEST(GroupByKey, CopesWithOneKeyThatHasNearlyAll) {
  auto groups = rddOf<Pair>(Shape{.partitions = 4}, test::skewedPairs(200'000)).groupByKey(4);
  std::size_t most = 0, all = 0;
  for (const auto& [key, values] : groups.collect()) {
    most = std::max(most, values.size());
    all += values.size();
  }
  EXPECT_EQ(most, 180'001u);
  EXPECT_EQ(all, 200'000u);
  EXPECT_EQ(groups.take(1).size(), 1u);
}

TEST(GroupBy, GroupsByWhatTheFunctionGives) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {1, 2, 3, 4, 5});
    EXPECT_EQ(sorted(rdd.groupBy([](int x) { return x % 2; }).collect()),
              (Groups<int, int>{{0, {2, 4}}, {1, {1, 3, 5}}}));
    EXPECT_EQ(rdd.groupBy([](int x) { return x; }, 3).partitioner(), HashPartitioner(3));
  }
  expectFailureIn("groupBy", "no good", [] {
    rddOf<int>(Shape{}, {1}).groupBy([](int) -> int { throw std::runtime_error("no good"); }).collect();
  });
  auto views = rddOf<std::string_view>(Shape{}, {"apple", "avocado", "pear"});
  EXPECT_EQ(sorted(views.groupBy([](std::string_view text) { return text.substr(0, 1); }).collect()),
            (Groups<std::string, std::string>{{"a", {"apple", "avocado"}}, {"p", {"pear"}}}));
}

}  // namespace
}  // namespace millrace
