#include <millrace/rdd/core/graph/gather.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

RDD<int> someNumbers(int threads = 2) { return test::rddOf<int>({.threads = threads}, {1, 2, 3, 4}); }

int next(int number) { return number + 1; }

/// A node that counts how often it is prepared and pinned.
class CountingNode final : public Node {
 public:
  CountingNode(EnginePtr engine, std::vector<NodePtr> parents)
      : Node(std::move(engine), rddOperator("counting"), std::move(parents), 1) {}
  int prepared = 0, pinned = 0;

 protected:
  ReaderPtr compute(int) override { return nullptr; }
  void prepareSelf() override { ++prepared; }
  void pinSelf() override { ++pinned; }
};

TEST(DeepGraph, EachNodeIsVisitedOnce) {
  auto engine = test::makeEngine();
  std::vector<std::shared_ptr<CountingNode>> nodes{
      std::make_shared<CountingNode>(engine, std::vector<NodePtr>())};
  for (int i = 0; i < 60; ++i)
    nodes.push_back(std::make_shared<CountingNode>(engine, std::vector<NodePtr>{nodes.back(), nodes.back()}));
  nodes.back()->prepare();
  nodes.back()->pin();
  for (const auto& node : nodes) {
    EXPECT_EQ(node->prepared, 1);
    EXPECT_EQ(node->pinned, 1);
  }
}

TEST(DeepGraph, KeptDiamondsAreLinear) {
  auto rdd = someNumbers().cache();
  for (int i = 0; i < 40; ++i)
    rdd = rdd.zip(rdd).map([](const auto& both) { return (both.first + both.second) / 2; }).cache();
  EXPECT_EQ(rdd.collect(), (std::vector<int>{1, 2, 3, 4}));
}

TEST(DeepGraph, ShuffledDiamondsAreLinear) {
  auto rdd =
      someNumbers().map([](int number) { return std::pair(number, number); }).reduceByKey(std::plus<>());
  for (int i = 0; i < 40; ++i)
    rdd = rdd.join(rdd).mapValues([](const auto& both) { return (both.first + both.second) / 2; });
  EXPECT_EQ(rdd.values().sum(), 10);
}

TEST(DeepGraph, WhatATaskCanReadIsRead) {
  auto rdd = someNumbers();
  for (int i = 0; i < 1990; ++i) rdd = rdd.filter([](int) { return true; });
  EXPECT_EQ(rdd.map(next).collect(), (std::vector<int>{2, 3, 4, 5}));
}

TEST(DeepGraph, WhatIsTooDeepIsRefusedWithTheCure) {
  auto rdd = someNumbers();
  for (int i = 0; i < 30'000; ++i) rdd = rdd.map(next);
  const std::string error = test::failureOf<SparkException>([&] { rdd.count(); });
  EXPECT_NE(error.find("2000 operators deep"), std::string::npos) << error;
  EXPECT_NE(error.find("cache() an RDD every 1000 steps"), std::string::npos) << error;
  EXPECT_EQ(error.find("union_"), std::string::npos) << error;
}

TEST(DeepGraph, CachesAndShufflesOnTheWayCureIt) {
  auto cached = someNumbers();
  for (int i = 0; i < 10'000; ++i) {
    cached = cached.map(next);
    if (i % 1000 == 0) cached.cache();
  }
  EXPECT_EQ(cached.collect(), (std::vector<int>{10'001, 10'002, 10'003, 10'004}));
  auto shuffled = someNumbers().map([](int number) { return std::pair(number, number); });
  for (int i = 0; i < 5'000; ++i)
    shuffled = i % 500 == 0 ? shuffled.reduceByKey(std::plus<>()) : shuffled.mapValues(next);
  EXPECT_EQ(shuffled.values().sum(), 10 + 4 * 4990);
  auto inPlace =
      someNumbers().map([](int number) { return std::pair(number, number); }).reduceByKey(std::plus<>());
  for (int i = 0; i < 3'000; ++i) inPlace = inPlace.reduceByKey(std::plus<>());
  EXPECT_EQ(inPlace.values().sum(), 10);
}

TEST(DeepGraph, AMillionNodesAreDroppedWithoutRecursion) {
  auto engine = test::makeEngine();
  NodePtr node = std::make_shared<CountingNode>(engine, std::vector<NodePtr>());
  for (int i = 0; i < 1'000'000; ++i)
    node = std::make_shared<CountingNode>(engine, std::vector<NodePtr>{std::move(node)});
  node.reset();
}

TEST(DeepGraph, AUnionGrowsForEver) {
  auto engine = test::makeEngine({.threads = 2});
  auto all = test::rddOf<int>(engine, {0}, 1);
  std::vector<int> expected{0};
  for (int i = 1; i < 40'000; ++i) {
    all = all.union_(test::rddOf<int>(engine, {i}, 1));
    if (i % 2 == 0) all = all.union_(test::rddOf<int>(engine, {}, 0));
    expected.push_back(i);
  }
  EXPECT_EQ(all.getNumPartitions(), 40'000);
  EXPECT_EQ(all.collect(), expected);
  auto before = test::rddOf<int>(engine, {0}, 1);
  for (int i = 1; i < 3'000; ++i) before = test::rddOf<int>(engine, {i}, 1).union_(before);
  EXPECT_EQ(before.collect(), std::vector<int>(expected.rend() - 3'000, expected.rend()));
  auto both = all.union_(before).union_(all);
  EXPECT_EQ(both.count(), 83'000);
  EXPECT_EQ(both.take(1), std::vector<int>{0});
}

TEST(DeepGraph, AUnionOfSeveralGrowsForEver) {
  auto engine = test::makeEngine({.threads = 2});
  for (const int added : {2, 40}) {
    auto all = test::rddOf<int>(engine, {0}, 1);
    std::vector<int> expected{0};
    for (int step = 0; step < 40'000 / added; ++step) {
      std::vector<RDD<int>> both{all};
      for (int i = 0; i < added; ++i) {
        expected.push_back(static_cast<int>(expected.size()));
        both.push_back(test::rddOf<int>(engine, {expected.back()}, 1));
      }
      all = RDD<int>::union_(both);
    }
    EXPECT_EQ(all.collect(), expected);
  }
}

TEST(DeepGraph, AUnionOfWhatSharesAPartitionerGrowsForEver) {
  constexpr int kSteps = 100'000;
  const auto keys = test::rddOf<std::pair<int, int>>({.threads = 2}, {{0, 0}, {1, 0}, {2, 0}, {3, 0}})
                        .reduceByKey(std::plus<>(), 2)
                        .cache();
  const auto valued = [&](int value) { return keys.mapValues([value](int) { return value; }); };
  auto all = valued(0), before = valued(kSteps / 10 - 1);
  for (int i = 1; i < kSteps; ++i) all = all.union_(valued(i));
  for (int i = kSteps / 10 - 2; i >= 0; --i) before = valued(i).union_(before);
  for (const auto& [grown, steps] : {std::pair(all, kSteps), std::pair(before, kSteps / 10)}) {
    EXPECT_EQ(grown.partitioner(), keys.partitioner());
    const auto one = test::partitionsOf(keys), many = test::partitionsOf(grown);
    ASSERT_EQ(many.size(), one.size());
    for (std::size_t p = 0; p < one.size(); ++p) {
      std::vector<std::pair<int, int>> expected;
      for (int i = 0; i < steps; ++i)
        for (const auto& [key, value] : one[p]) expected.emplace_back(key, i);
      EXPECT_TRUE(many[p] == expected) << "partition " << p;
    }
  }
}

TEST(DeepGraph, UnionsThatCannotBeTakenApartAreRefusedWithTheirCure) {
  auto named = someNumbers();
  for (int i = 0; i < 3'000; ++i) named = named.union_(someNumbers()).setName("all");
  const std::string error = test::failureOf<SparkException>([&] { named.count(); });
  EXPECT_NE(error.find("2000 operators deep"), std::string::npos) << error;
  EXPECT_NE(
      error.find("unite all RDDs at once with SparkContext::union_, or cache() an RDD every 1000 steps"),
      std::string::npos)
      << error;
}

TEST(DeepGraph, AUnionOfManyIsLinear) {
  auto engine = test::makeEngine();
  std::vector<RDD<int>> many(100'000, test::rddOf<int>(engine, {1}, 1));
  EXPECT_EQ(RDD<int>::union_(many).count(), 100'000);
}

}  // namespace
}  // namespace millrace::core
