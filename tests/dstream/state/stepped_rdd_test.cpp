#include <millrace/dstream/state/stepped_rdd.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using SteppedRddPtr = std::shared_ptr<SteppedRdd>;

BlockPtr numberBlock(int number) { return std::make_shared<VectorBlock<int>>(PooledVector<int>(1, number)); }

int numberOf(const BlockPtr& block) { return static_cast<const VectorBlock<int>&>(*block).stored[0]; }

/// The RDDs of one stream.
class Stream {
 public:
  SteppedRddPtr first() const {
    return make({nullptr, {}, [](const std::vector<BlockPtr>&) { return numberBlock(0); }});
  }
  SteppedRddPtr after(const SteppedRddPtr& previous, std::function<int(int)> next) const {
    return make({previous, {previous}, [next = std::move(next)](const std::vector<BlockPtr>& blocks) {
                   return numberBlock(next(numberOf(blocks[0])));
                 }});
  }

 private:
  SteppedRddPtr make(SteppedRdd::Step step) const {
    return std::make_shared<SteppedRdd>(engine_, rddOperator("stepped"), state_, hashPartitioner(1), true,
                                        std::move(step), false);
  }

  const EnginePtr engine_ = test::makeEngine();
  const std::shared_ptr<SteppedState> state_ = std::make_shared<SteppedState>();
};

TEST(SteppedRdd, BatchesThatNobodyHasReadAreCaughtUpWithOldestFirst) {
  const Stream stream;
  auto rdd = stream.first();
  std::vector<int> order;
  for (int i = 1; i <= 100'000; ++i)
    rdd = stream.after(rdd, [&order](int number) {
      order.push_back(number);
      return number + 1;
    });
  rdd->prepare();
  EXPECT_EQ(numberOf(rdd->block(0)), 100'000);
  ASSERT_EQ(order.size(), 100'000u);
  EXPECT_EQ(order.front(), 0);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(SteppedRdd, AFunctionThatThrewEndsTheState) {
  const Stream stream;
  int calls = 0;
  auto failing = stream.after(stream.first(), [&calls](int number) -> int {
    ++calls;
    throw std::runtime_error("not " + std::to_string(number));
  });
  auto rdd = stream.after(failing, [](int number) { return number + 1; });
  EXPECT_ANY_THROW(rdd->prepare());
  EXPECT_ANY_THROW(rdd->prepare());
  EXPECT_ANY_THROW(failing->prepare());
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(rdd->isDone());
}

}  // namespace
}  // namespace millrace::core
