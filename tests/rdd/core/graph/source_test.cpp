#include <millrace/rdd/core/graph/source.hpp>

#include <millrace/base/error.hpp>

#include "support/engines.hpp"
#include "support/numbers.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::core {
namespace {

using test::range;
using Slices = std::vector<std::vector<int>>;

Slices slices(std::vector<int> records, int count) {
  return test::partitionsOf(RDD<int>(parallelNode(test::makeEngine(), std::move(records), count)));
}

// Vector H01.
TEST(ParallelNode, CutsAsSparkDoes) {
  EXPECT_EQ(slices({1, 2, 3}, 3), (Slices{{1}, {2}, {3}}));
  EXPECT_EQ(slices({1, 2, 3}, 1), (Slices{{1, 2, 3}}));
  EXPECT_EQ(slices(range(1, 10), 3), (Slices{range(1, 3), range(4, 6), range(7, 10)}));
  EXPECT_EQ(slices(range(0, 99), 3), (Slices{range(0, 32), range(33, 65), range(66, 99)}));
  EXPECT_EQ(slices(range(0, 100), 3), (Slices{range(0, 32), range(33, 66), range(67, 100)}));
  EXPECT_EQ(slices({}, 5), Slices(5));
  EXPECT_EQ(slices({1}, 3), (Slices{{}, {}, {1}}));
}

TEST(ParallelNode, RefusesFewerThanOneSlice) {
  EXPECT_THROW(slices({1, 2, 3}, 0), IllegalArgument);
  try {
    slices({1, 2, 3}, -5);
    FAIL();
  } catch (const IllegalArgument& error) {
    EXPECT_STREQ(error.what(), "an RDD of -5 slices: give at least 1");
  }
}

TEST(BlockNode, HasAPartitionForEachBlock) {
  auto engine = test::makeEngine();
  auto block = [](std::vector<int> records) {
    return std::make_shared<VectorBlock<int>>(PooledVector<int>(records.begin(), records.end()));
  };
  auto of = [&](std::vector<BlockPtr> blocks) {
    return test::partitionsOf(RDD<int>(blockNode(engine, rddOperator("blocks"), std::move(blocks))));
  };
  EXPECT_EQ(of({}), Slices());
  EXPECT_EQ(of({block({1, 2}), block({}), block({3})}), (Slices{{1, 2}, {}, {3}}));
}

}  // namespace
}  // namespace millrace::core
