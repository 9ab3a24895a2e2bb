#include <millrace/dstream/state/moving_rdd.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include "support/engines.hpp"

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

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

using MovingRddPtr = std::shared_ptr<MovingRdd>;
using Numbers = VectorBlock<int>;

int numberOf(const BlockPtr& block) { return static_cast<const Numbers&>(*block).stored[0]; }

/// A state of one number, which is replaced in each batch.
struct Number final : MovingTables {
  BlockPtr table(int) const override { return block; }
  BlockPtr block = std::make_shared<Numbers>(PooledVector<int>{0});
};

/// The RDDs of one stream.
class MovingRddTest : public ::testing::Test {
 protected:
  MovingRddPtr after(const MovingRddPtr& previous, std::function<int(int)> next) const {
    MovingRdd::Move move;
    move.previous = previous;
    move.apply = [next = std::move(next), held = number](int, const std::vector<BlockPtr>&) {
      held->block = std::make_shared<Numbers>(PooledVector<int>{next(numberOf(held->block))});
      return BlockPtr();
    };
    return std::make_shared<MovingRdd>(engine_, rddOperator("moving"), state_, hashPartitioner(1), true,
                                       std::move(move));
  }
  static int read(const MovingRddPtr& rdd) {
    int number = -1;
    rdd->engine().runJob(
        *rdd, {0}, [&](int, ReaderPtr records) { number = *typed<int>(std::move(records))->next().data; });
    return number;
  }

  static int next(int before) { return before + 1; }

  const std::shared_ptr<Number> number = std::make_shared<Number>();

 private:
  const EnginePtr engine_ = test::makeEngine();
  const std::shared_ptr<MovingState> state_ = std::make_shared<MovingState>(number, engine_->liveMemory());
};

TEST_F(MovingRddTest, BatchesThatNobodyHasReadAreCaughtUpWithOldestFirst) {
  MovingRddPtr rdd;
  std::vector<int> order;
  for (int i = 0; i < 100'000; ++i)
    rdd = after(rdd, [&order](int before) {
      order.push_back(before);
      return before + 1;
    });
  EXPECT_EQ(read(rdd), 100'000);
  ASSERT_EQ(order.size(), 100'000u);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST_F(MovingRddTest, AFunctionThatThrewEndsTheState) {
  int calls = 0;
  auto failing = after(after(nullptr, next), [&calls](int before) -> int {
    ++calls;
    throw std::runtime_error("not " + std::to_string(before));
  });
  auto rdd = after(failing, next);
  EXPECT_ANY_THROW(rdd->prepare());
  EXPECT_ANY_THROW(rdd->prepare());
  EXPECT_ANY_THROW(failing->prepare());
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(rdd->isDone());
}

TEST_F(MovingRddTest, IsReadUntilTheNextOneMoves) {
  auto first = after(nullptr, next), second = after(first, next);
  EXPECT_EQ(read(first), 1);
  EXPECT_EQ(read(first), 1);
  const std::weak_ptr<const Block> shown = number->block;
  EXPECT_EQ(read(second), 2);
  EXPECT_TRUE(shown.expired());
  EXPECT_THROW(read(first), std::exception);
}

TEST_F(MovingRddTest, IsReadAsLongAsSomebodyHoldsALease) {
  auto first = after(nullptr, next), second = after(first, next);
  Lease one = first->lease(), other = first->lease();
  EXPECT_EQ(read(second), 2);
  one.reset();
  EXPECT_EQ(read(first), 1);
  other.reset();
  EXPECT_EQ(first->lease(), nullptr);
  EXPECT_THROW(read(first), std::exception);
}

TEST_F(MovingRddTest, IsReadForGoodIfKept) {
  auto first = after(nullptr, next), second = after(first, next), third = after(second, next);
  first->keep();
  second->pin();
  EXPECT_EQ(read(third), 3);
  EXPECT_EQ(read(second), 2);
  EXPECT_EQ(read(first), 1);
}

}  // namespace
}  // namespace millrace::core
