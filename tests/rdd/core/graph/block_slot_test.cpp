#include <millrace/rdd/core/graph/block_slot.hpp>

#include <millrace/rdd/core/records/vector_block.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

BlockPtr blockOf(int record) { return std::make_shared<VectorBlock<int>>(PooledVector<int>{record}); }

TEST(BlockSlot, MakesItsBlockOnce) {
  BlockSlot slot;
  EXPECT_FALSE(slot.isFilled());
  BlockPtr first = slot.get([] { return blockOf(1); });
  EXPECT_TRUE(slot.isFilled());
  EXPECT_EQ(slot.get([]() -> BlockPtr { throw std::logic_error("made already"); }), first);
}

TEST(BlockSlot, LetsTheOthersWaitForTheFirst) {
  constexpr int kThreads = 8;
  for (int round = 0; round < 50; ++round) {
    BlockSlot slot;
    std::atomic<int> made = 0;
    std::latch start(kThreads);
    std::vector<BlockPtr> got(kThreads);
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          got[static_cast<std::size_t>(i)] = slot.get([&] { return blockOf(++made); });
        });
      }
    }
    EXPECT_EQ(made, 1);
    for (const auto& block : got) EXPECT_EQ(block, got[0]);
  }
}

TEST(BlockSlot, LetsTheNextOneTryAfterAFailure) {
  BlockSlot slot;
  std::promise<void> entered, fail;
  auto first = std::async(std::launch::async, [&] {
    slot.get([&]() -> BlockPtr {
      entered.set_value();
      fail.get_future().wait();
      throw std::runtime_error("no room");
    });
  });
  entered.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return slot.get([] { return blockOf(2); }); });
  fail.set_value();
  EXPECT_THROW(first.get(), std::runtime_error);
  EXPECT_NE(second.get(), nullptr);
  EXPECT_TRUE(slot.isFilled());
}

}  // namespace
}  // namespace millrace::core
