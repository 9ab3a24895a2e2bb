#include <millrace/rdd/core/graph/gather.hpp>

#include <millrace/base/error.hpp>

#include "support/engines.hpp"
#include "support/readers.hpp"

#include <gtest/gtest.h>

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
