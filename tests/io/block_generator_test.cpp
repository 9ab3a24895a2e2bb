#include <millrace/io/block_generator.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/record_block.hpp>

#include "io/received.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;
using test::Received;
using Ints = std::vector<int>;
using State = BlockGenerator::State;

/// A generator of blocks of int on a clock moved by hand.
struct Generating {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Received received;
  Ints added;
  BlockGenerator generator;

  explicit Generating(std::size_t queueSize = 10, bool live = false)
      : generator(
            clock, {200, queueSize, "test", live}, [this] { return blockOf(std::exchange(added, {})); },
            [this](BlockPtr block) { received.onBlock(0, std::move(block)); }) {}

  void add(int record, std::size_t bytes = sizeof(int)) {
    generator.addData([&] {
      added.push_back(record);
      return bytes;
    });
  }
  void tick() {
    clock->advance(200);
    ASSERT_TRUE(clock->awaitWaiter(clock->now() + 200, 30s));
  }
};

TEST(BlockGenerator, MakesABlockPerIntervalInOrderAndNoneOfNothing) {
  Generating test;
  test.generator.start();
  test.add(1);
  test.add(2);
  test.tick();
  test.tick();
  test.add(3);
  test.tick();
  test.received.awaitBlocks(2);
  EXPECT_EQ(Received::recordsOf<int>(test.received.blocks()[0]), (Ints{1, 2}));
  EXPECT_EQ(Received::recordsOf<int>(test.received.blocks()[1]), (Ints{3}));
  test.generator.stop();
  EXPECT_EQ(test.received.blocks().size(), 2u);
}

TEST(BlockGenerator, StopMakesALastBlockAndPushesAll) {
  Generating test;
  test.generator.start();
  test.received.setFull(true);
  test.add(1);
  test.tick();
  test.add(2);
  test.tick();
  test.add(3);
  auto stopped = std::async(std::launch::async, [&] { test.generator.stop(); });
  EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
  test.received.setFull(false);
  ASSERT_EQ(stopped.wait_for(30s), std::future_status::ready);
  EXPECT_EQ(test.received.records<int>(), (Ints{1, 2, 3}));
  EXPECT_EQ(test.generator.state(), State::kStoppedAll);
  test.generator.stop();
}

TEST(BlockGenerator, AddingIsRefusedUnlessActive) {
  Generating test;
  EXPECT_EQ(test.generator.state(), State::kInitialized);
  EXPECT_THROW(test.add(0), SparkException);
  test.generator.start();
  EXPECT_EQ(test.generator.state(), State::kActive);
  EXPECT_THROW(test.generator.start(), IllegalState);
  test.add(1);
  test.generator.stop();
  EXPECT_THROW(test.add(2), SparkException);
  test.generator.start();
  test.add(3);
  test.generator.stop();
  EXPECT_EQ(test.received.records<int>(), (Ints{1, 3}));
}

TEST(BlockGenerator, AFullQueueHoldsUpAddingAndLosesNothing) {
  Generating test(2);
  test.generator.start();
  test.received.setFull(true);
  test.add(0);
  test.tick();
  test.received.awaitOffered(1);  // one is being pushed
  for (int i = 1; i <= 2; ++i) {
    test.add(i);
    test.tick();
  }
  test.add(3);
  test.clock->advance(200);  // this tick finds the queue full
  constexpr int kMost = 5'000'000;
  std::atomic<int> added = 4;
  auto adding = std::async(std::launch::async, [&] {
    while (added < kMost && test.received.isFull()) test.add(added++);
  });
  for (int before = 0; before != added; adding.wait_for(50ms)) before = added;
  EXPECT_LT(added, kMost) << "adding was not held up";
  test.received.setFull(false);
  adding.get();
  test.generator.stop();
  Ints expected(static_cast<std::size_t>(added));
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(test.received.records<int>(), expected);
}

TEST(BlockGenerator, StopComesThroughWhileATickWaitsForRoom) {
  Generating test(1);
  test.generator.start();
  test.received.setFull(true);
  for (int i = 0; i < 2; ++i) {
    test.add(i);
    test.tick();
    if (i == 0) test.received.awaitOffered(1);
  }
  test.add(2);
  test.clock->advance(200);
  auto stopped = std::async(std::launch::async, [&] { test.generator.stop(); });
  test.received.setFull(false);
  ASSERT_EQ(stopped.wait_for(30s), std::future_status::ready);
  EXPECT_EQ(test.received.records<int>(), (Ints{0, 1, 2}));
}

TEST(BlockGenerator, SeveralThreadsAdd) {
  Generating test;
  test.generator.start();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 1000; ++k) test.add(k);
      });
    }
    for (int i = 0; i < 5; ++i) test.tick();
  }
  test.generator.stop();
  EXPECT_EQ(test.received.records<int>().size(), 4000u);
}

TEST(BlockGenerator, AnIntervalOfLargeRecordsGivesSeveralBlocks) {
  Generating test;
  test.generator.start();
  for (int i = 0; i < 5; ++i) test.add(i, BlockGenerator::kBlockBytes / 2);
  test.received.awaitBlocks(2);
  EXPECT_EQ(Received::recordsOf<int>(test.received.blocks()[0]), (Ints{0, 1}));
  EXPECT_EQ(Received::recordsOf<int>(test.received.blocks()[1]), (Ints{2, 3}));
  test.tick();
  test.received.awaitBlocks(3);
  EXPECT_EQ(Received::recordsOf<int>(test.received.blocks()[2]), (Ints{4}));
}

TEST(BlockGenerator, LiveItPushesWithoutAClock) {
  Generating test(10, true);
  test.generator.start();
  for (int i = 0; i < 3; ++i) {
    test.add(i);
    test.received.awaitBlocks(static_cast<std::size_t>(i) + 1);
  }
  EXPECT_EQ(test.received.records<int>(), (Ints{0, 1, 2}));
  EXPECT_FALSE(test.clock->awaitWaiter(0, 0ms)) << "an idle receiver waits for no time";
  test.generator.stop();
}

TEST(BlockGenerator, LiveItGathersWhileABlockIsPushed) {
  Generating test(10, true);
  test.generator.start();
  test.received.setFull(true);
  test.add(0);
  test.received.awaitOffered(1);
  for (int i = 1; i < 4; ++i) test.add(i);
  test.received.setFull(false);
  test.generator.stop();
  ASSERT_EQ(test.received.blocks().size(), 2U);
  EXPECT_EQ(Received::recordsOf<int>(test.received.blocks()[1]), (Ints{1, 2, 3}));
}

TEST(BlockGenerator, LiveASlowPushHoldsUpAddingAndLosesNothing) {
  Generating test(10, true);
  test.generator.start();
  test.received.setFull(true);
  std::atomic<int> added = 0;
  auto adding = std::async(std::launch::async, [&] {
    while (added < 10) {
      test.add(added, BlockGenerator::kBlockBytes);
      ++added;
    }
  });
  test.received.awaitOffered(1);
  EXPECT_EQ(adding.wait_for(100ms), std::future_status::timeout);
  EXPECT_LE(added, 2) << "one block is pushed, one is gathered";
  test.received.setFull(false);
  adding.get();
  test.generator.stop();
  EXPECT_EQ(test.received.records<int>(), (Ints{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(BlockGenerator, RefusesOptionsThatCannotWork) {
  auto make = [](std::int64_t interval, std::size_t queueSize) {
    BlockGenerator({}, {interval, queueSize, "test"}, {}, {});
  };
  EXPECT_THROW(make(0, 10), IllegalArgument);
  EXPECT_THROW(make(200, 0), IllegalArgument);
}

}  // namespace
}  // namespace millrace::core
