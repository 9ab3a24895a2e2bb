#include <millrace/rdd/core/graph/gather.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/readers.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using Slices = std::vector<std::vector<int>>;

RDD<int> unionOf(const EnginePtr& engine, const std::vector<RDD<int>>& rdds) {
  std::vector<NodePtr> nodes;
  for (const auto& rdd : rdds) nodes.push_back(rdd.node());
  return RDD<int>(unionNode(engine, rddOperator("union"), std::move(nodes)));
}

TEST(UnionNode, HasItsParentsPartitionsInTheirOrder) {
  auto engine = test::makeEngine();
  auto ones = test::rddOf<int>(engine, {1, 2, 3}, 2), none = test::rddOf<int>(engine, {}, 0),
       empty = test::rddOf<int>(engine, {}, 1), tens = test::rddOf<int>(engine, {10, 20}, 3);
  EXPECT_EQ(test::partitionsOf(unionOf(engine, {ones, none, empty, tens, ones})),
            (Slices{{1}, {2, 3}, {}, {}, {10}, {20}, {1}, {2, 3}}));
}

TEST(UnionNode, OfUnionsReadsAsOneList) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  auto engine = test::makeEngine();
  const auto keys = test::rddOf<std::pair<int, int>>(engine, {{0, 0}, {1, 0}, {2, 0}}, 1)
                        .reduceByKey(std::plus<>(), 2)
                        .cache();
  using Pairs = RDD<std::pair<int, int>>;
  for (const bool isKeyed : {false, true}) {
    std::vector<std::pair<Pairs, std::vector<int>>>
        made;  // unions, and the numbers of their parents, in order
    for (int i = 0; i < 5; ++i) {
      auto leaf = keys.mapValues([i](int) { return i; });
      made.emplace_back(isKeyed ? leaf : leaf.map([](const auto& pair) { return pair; }), std::vector{i});
    }
    for (int step = 0; step < 150; ++step) {
      std::vector<Pairs> parents;
      std::vector<int> numbers;
      for (std::size_t left = 1 + random() % (step % 10 == 0 ? 100 : 5); left > 0; --left) {
        const auto& [rdd, contents] = made[random() % made.size()];
        if (numbers.size() + contents.size() > 3'000) continue;
        parents.push_back(rdd);
        numbers.insert(numbers.end(), contents.begin(), contents.end());
      }
      if (parents.empty()) continue;
      auto all = Pairs::union_(parents);
      if (random() % 8 == 0) all.cache();
      if (random() % 8 == 0) all.setName("all");
      if (random() % 8 == 0) made[random() % made.size()].first.setName("a part of others");
      made.emplace_back(all, std::move(numbers));
    }
    const auto one = test::partitionsOf(keys);
    for (const auto& [rdd, numbers] : made) {
      std::vector<std::vector<std::pair<int, int>>> expected(isKeyed ? 2 : 0);
      for (const int number : numbers) {
        for (std::size_t p = 0; p < 2; ++p) {
          auto& to = isKeyed ? expected[p] : expected.emplace_back();
          for (const auto& [key, value] : one[p]) to.emplace_back(key, number);
        }
      }
      EXPECT_EQ(rdd.partitioner(), isKeyed ? keys.partitioner() : std::nullopt);
      ASSERT_TRUE(test::partitionsOf(rdd) == expected);
    }
  }
}

TEST(UnionNode, OfOneIsAnotherRdd) {
  auto engine = test::makeEngine();
  auto both = unionOf(engine, {test::rddOf<int>(engine, {1}, 1), test::rddOf<int>(engine, {2}, 1)});
  auto again = unionOf(engine, {both}).setName("again");
  EXPECT_EQ(test::partitionsOf(again), (Slices{{1}, {2}}));
  EXPECT_EQ(both.name(), "");
  auto empty = unionOf(engine, {});
  EXPECT_EQ(test::partitionsOf(unionOf(engine, {empty, test::rddOf<int>(engine, {0}, 1), both, empty})),
            (Slices{{0}, {1}, {2}}));
}

TEST(UnionNode, OfNothingHasNoPartitions) {
  auto engine = test::makeEngine();
  EXPECT_EQ(unionOf(engine, {}).getNumPartitions(), 0);
  EXPECT_EQ(test::partitionsOf(unionOf(engine, {})), Slices());
}

TEST(CoalesceNode, JoinsNeighboursInOrder) {
  auto rdd = test::rddOf<int>(test::makeEngine(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10);
  auto into = [&](int partitions) {
    return test::partitionsOf(
        RDD<int>(coalesceNode(rddOperator("coalesce"), rdd.node(), partitions, concatReaders<int>)));
  };
  EXPECT_EQ(into(1), (Slices{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}));
  EXPECT_EQ(into(3), (Slices{{1, 2, 3}, {4, 5, 6}, {7, 8, 9, 10}}));
  EXPECT_EQ(into(20).size(), 10u) << "never more than there are";
  EXPECT_THROW(into(0), IllegalArgument);
}

TEST(ConcatReader, OverlooksEmptyInputs) {
  std::vector<ReaderPtr> inputs;
  inputs.push_back(test::chunksReader<int>({}));
  inputs.push_back(test::chunksReader<int>({{1, 2}, {3}}));
  inputs.push_back(test::chunksReader<int>({}));
  inputs.push_back(test::chunksReader<int>({{4}}));
  EXPECT_EQ(test::drain<int>(concatReaders<int>(std::move(inputs))), (std::vector<int>{1, 2, 3, 4}));
  EXPECT_TRUE(test::drain<int>(concatReaders<int>({})).empty());
}

}  // namespace
}  // namespace millrace::core
