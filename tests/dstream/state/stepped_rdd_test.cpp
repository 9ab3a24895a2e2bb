#include <millrace/dstream/state/stepped_rdd.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace millrace::core {
namespace {

using SteppedRddPtr = std::shared_ptr<SteppedRdd>;

BlockPtr numberBlock(int number) { return std::make_shared<VectorBlock<int>>(PooledVector<int>(1, number)); }

int numberOf(const BlockPtr& block) { return static_cast<const VectorBlock<int>&>(*block).stored[0]; }

SteppedRddPtr first(const EnginePtr& engine) {
  return std::make_shared<SteppedRdd>(
      engine, rddOperator("stepped"), hashPartitioner(1), true,
      SteppedRdd::Step{nullptr, {}, [](const std::vector<BlockPtr>&) { return numberBlock(0); }}, false);
}

SteppedRddPtr after(const SteppedRddPtr& previous, std::function<int(int)> next) {
  return std::make_shared<SteppedRdd>(previous->enginePtr(), rddOperator("stepped"), hashPartitioner(1), true,
                                      SteppedRdd::Step{previous,
                                                       {previous},
                                                       [next](const std::vector<BlockPtr>& blocks) {
                                                         return numberBlock(next(numberOf(blocks[0])));
                                                       }},
                                      false);
}

TEST(SteppedRdd, BatchesThatNobodyHasReadAreCaughtUpWithOldestFirst) {
  auto rdd = first(test::makeEngine());
  std::vector<int> order;
  for (int i = 1; i <= 100'000; ++i)
    rdd = after(rdd, [&order](int number) {
      order.push_back(number);
      return number + 1;
    });
  rdd->prepare();
  EXPECT_EQ(numberOf(rdd->block(0)), 100'000);
  ASSERT_EQ(order.size(), 100'000u);
  EXPECT_EQ(order.front(), 0);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(SteppedRdd, AStepThatFailedIsTriedAgain) {
  bool fails = true;
  auto before = first(test::makeEngine());
  auto failing = after(before, [&fails](int number) {
    if (fails) throw std::runtime_error("not yet");
    return number + 1;
  });
  auto rdd = after(failing, [](int number) { return number + 1; });
  EXPECT_ANY_THROW(rdd->prepare());
  fails = false;
  rdd->prepare();
  EXPECT_EQ(numberOf(rdd->block(0)), 2);
}

}  // namespace
}  // namespace millrace::core
