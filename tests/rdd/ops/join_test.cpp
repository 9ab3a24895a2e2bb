#include <millrace/rdd/ops/join.hpp>

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

using std::nullopt;

TEST(Join, PairsTheValuesOfKeysInBoth) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {2, 1}, {3, 1}}, shape.partitions);
    auto b = rddOf<std::pair<int, std::string_view>>(engine, {{1, "x"}, {2, "y"}, {2, "z"}, {4, "w"}}, 2);
    using Inner = std::pair<int, std::string>;
    EXPECT_EQ(sorted(a.join(b).collect()), (std::vector<std::pair<int, Inner>>{
                                               {1, {1, "x"}}, {1, {2, "x"}}, {2, {1, "y"}}, {2, {1, "z"}}}));
    using Left = std::pair<int, std::optional<std::string>>;
    EXPECT_EQ(sorted(a.leftOuterJoin(b).collect()),
              (std::vector<std::pair<int, Left>>{
                  {1, {1, "x"}}, {1, {2, "x"}}, {2, {1, "y"}}, {2, {1, "z"}}, {3, {1, nullopt}}}));
    using Right = std::pair<std::optional<int>, std::string>;
    EXPECT_EQ(sorted(a.rightOuterJoin(b, 3).collect()),
              (std::vector<std::pair<int, Right>>{
                  {1, {1, "x"}}, {1, {2, "x"}}, {2, {1, "y"}}, {2, {1, "z"}}, {4, {nullopt, "w"}}}));
    using Full = std::pair<std::optional<int>, std::optional<std::string>>;
    EXPECT_EQ(sorted(a.fullOuterJoin(b, HashPartitioner(2)).collect()),
              (std::vector<std::pair<int, Full>>{{1, {1, "x"}},
                                                 {1, {2, "x"}},
                                                 {2, {1, "y"}},
                                                 {2, {1, "z"}},
                                                 {3, {1, nullopt}},
                                                 {4, {nullopt, "w"}}}));
  }
}

TEST(Join, TakesKeysOfTextHoweverTheyAreHeld) {
  auto engine = test::makeEngine();
  auto views =
      rddOf<std::pair<std::string_view, int>>(engine, {{"a key beyond twelve bytes", 1}, {"b", 2}}, 2);
  auto texts = rddOf<std::pair<std::string, int>>(engine, {{"a key beyond twelve bytes", 3}, {"c", 4}}, 1);
  using Result = std::vector<std::pair<std::string, Pair>>;
  EXPECT_EQ(views.join(texts).collect(), (Result{{"a key beyond twelve bytes", {1, 3}}}));
  EXPECT_EQ(texts.join(views).collect(), (Result{{"a key beyond twelve bytes", {3, 1}}}));
}

TEST(Join, DoesNotHoldItsProduct) {
  Pairs left, right;
  for (int i = 0; i < 3000; ++i) {
    left.emplace_back(0, i);
    right.emplace_back(0, -i);
  }
  auto engine = test::makeEngine({.chunkSize = 1024});
  auto product = rddOf<Pair>(engine, left, 2).join(rddOf<Pair>(engine, right, 2), 1);
  EXPECT_EQ(product.count(), 9'000'000);
  EXPECT_EQ(product.take(3002).back().second, Pair(1, -1)) << "value after value of the left";
}

TEST(Join, FollowsThePartitionerRules) {
  auto engine = test::makeEngine();
  auto hash2 = rddOf<Pair>(engine, {{1, 1}}, 4).groupByKey(2);
  auto hash4 = rddOf<Pair>(engine, {{1, 1}}, 4).groupByKey(4);
  EXPECT_EQ(hash2.join(hash4).partitioner(), HashPartitioner(4));
  EXPECT_EQ(hash4.join(hash2).partitioner(), HashPartitioner(4));
  EXPECT_EQ(hash4.leftOuterJoin(hash2, 3).partitioner(), HashPartitioner(3));
  EXPECT_EQ(rddOf<Pair>(engine, {}, 0).join(hash2).count(), 0);
  EXPECT_EQ(rddOf<Pair>(engine, {}, 0).rightOuterJoin(hash2).count(), 1);
}

TEST(Join, EqualsAModelOnRandomRecords) {
  const test::Seed seed;
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    auto some = [&] {
      Pairs records(random() % 60);
      for (auto& [key, value] : records) {
        key = static_cast<int>(random() % 12);
        value = static_cast<int>(random() % 100);
      }
      return records;
    };
    const Pairs left = some(), right = some();
    std::vector<std::pair<int, std::pair<std::optional<int>, std::optional<int>>>> full;
    for (const auto& [key, value] : left) {
      bool found = false;
      for (const auto& [other, more] : right) {
        if (other == key) full.push_back({key, {value, more}});
        found = found || other == key;
      }
      if (!found) full.push_back({key, {value, nullopt}});
    }
    for (const auto& [key, value] : right) {
      if (std::ranges::none_of(left, [key = key](const Pair& pair) { return pair.first == key; }))
        full.push_back({key, {nullopt, value}});
    }
    auto engine = test::makeEngine({.chunkSize = 1 + random() % 5});
    auto a = rddOf<Pair>(engine, left, 1 + static_cast<int>(random() % 3));
    auto b = rddOf<Pair>(engine, right, 1 + static_cast<int>(random() % 3));
    EXPECT_EQ(sorted(a.fullOuterJoin(b).collect()), sorted(full));
    auto inBoth =
        std::ranges::count_if(full, [](const auto& x) { return x.second.first && x.second.second; });
    EXPECT_EQ(a.join(b).count(), inBoth);
    EXPECT_EQ(a.leftOuterJoin(b).count(),
              std::ranges::count_if(full, [](const auto& x) { return x.second.first.has_value(); }));
    EXPECT_EQ(a.rightOuterJoin(b).count(),
              std::ranges::count_if(full, [](const auto& x) { return x.second.second.has_value(); }));
  }
}

}  // namespace
}  // namespace millrace
