#include <millrace/io/receiver_tracker.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/receiver.hpp>

#include "io/received.hpp"
#include "support/captured_log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;
using Events = std::vector<std::string>;

/// Hands events on to where tests wait for them.
struct Listener : ReceiverListener {
  test::Received seen;
  void onReceiverStarted(const ReceiverInfo& receiver) override {
    EXPECT_TRUE(receiver.active);
    seen.onStarted(receiver.streamId);
  }
  void onReceiverError(const ReceiverInfo& receiver) override {
    seen.onError(receiver.streamId, {receiver.lastErrorMessage, receiver.lastError});
  }
  void onReceiverStopped(const ReceiverInfo& receiver) override {
    EXPECT_FALSE(receiver.active);
    seen.onStopped(receiver.streamId, {receiver.lastErrorMessage, receiver.lastError});
  }
};

struct Scripted : Receiver<int> {
  std::function<void(Scripted&)> starting, stopping;

  explicit Scripted(std::function<void(Scripted&)> start, std::function<void(Scripted&)> stop = {})
      : Receiver(StorageLevel::MEMORY_ONLY), starting(std::move(start)), stopping(std::move(stop)) {}
  void onStart() override { starting(*this); }
  void onStop() override {
    if (stopping) stopping(*this);
  }
};

std::vector<int> recordsOf(const std::vector<BlockPtr>& blocks) {
  std::vector<int> records;
  for (const auto& block : blocks) {
    for (int record : test::Received::recordsOf<int>(block)) records.push_back(record);
  }
  return records;
}

struct Tracking {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Listener listener;
  ReceiverTracker tracker;

  explicit Tracking(ReceiverOptions options = {}, std::size_t maxBytes = ReceiverTracker::kMaxBytes)
      : tracker(clock, options, &listener, maxBytes) {}
};

TEST(ReceiverTracker, CollectsBlocksPerStreamAndBatch) {
  Tracking test;
  for (int stream : {0, 3}) {
    test.tracker.addReceiver(stream, std::make_unique<Scripted>([stream](Scripted& self) {
                               self.store(std::vector{stream, 1});
                               self.store(std::vector{stream, 2});
                             }));
  }
  test.tracker.start();
  EXPECT_TRUE(test.tracker.stop(30s));
  EXPECT_TRUE(test.tracker.hasUnallocatedBlocks());
  test.tracker.allocateBlocksToBatch(1000);
  EXPECT_FALSE(test.tracker.hasUnallocatedBlocks());
  EXPECT_EQ(test.tracker.getBlocksOfBatch(1000, 0).size(), 2u);
  EXPECT_EQ(recordsOf(test.tracker.getBlocksOfBatch(1000, 3)), (std::vector{3, 1, 3, 2}));
  test.tracker.cleanupOldBlocks(1001);
  EXPECT_TRUE(test.tracker.getBlocksOfBatch(1000, 3).empty());
}

TEST(ReceiverTracker, F31_TellsListeners) {
  test::CapturedLog log;
  Tracking test;
  test.tracker.addReceiver(0, std::make_unique<Scripted>([](Scripted& self) {
                             self.reportError("report error", std::runtime_error("report exception"));
                             self.stop("test");
                           }));
  test.tracker.start();
  test.listener.seen.awaitEvents(3);
  EXPECT_EQ(test.listener.seen.events(),
            (Events{"started", "error: report error (report exception)", "stopped: test"}));
  auto info = test.tracker.receivers().at(0);
  EXPECT_EQ(info.name, "Scripted-0");
  EXPECT_FALSE(info.active);
  EXPECT_EQ(info.lastErrorTime, 0);
}

TEST(ReceiverTracker, StartsAStoppedReceiverAgainAtGrowingDistances) {
  Tracking test;
  test.tracker.addReceiver(0, std::make_unique<Scripted>([](Scripted& self) { self.stop("again"); }));
  test.tracker.start();
  std::size_t events = 2;
  for (std::int64_t pause : {2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000}) {
    ASSERT_TRUE(test.clock->awaitWaiter(test.clock->now() + pause, 30s));
    EXPECT_EQ(test.listener.seen.events().size(), events) << "pause " << pause;
    test.clock->advance(pause);
    events += 2;
    test.listener.seen.awaitEvents(events);
  }
  EXPECT_TRUE(test.tracker.stop(30s));
  EXPECT_EQ(test.listener.seen.events().size(), events);
}

TEST(ReceiverTracker, F15_StopKeepsAllThatWasStored) {
  Tracking test;
  std::atomic<int> stored = 0;
  std::jthread storing;
  test.tracker.addReceiver(0, std::make_unique<Scripted>(
                                  [&](Scripted& self) {
                                    storing = std::jthread([&] {
                                      while (!self.isStopped()) self.store(stored++);
                                    });
                                  },
                                  [&](Scripted&) { storing.join(); }));
  test.tracker.start();
  std::size_t records = 0;
  for (std::int64_t batch = 1; batch <= 20; ++batch) {
    test.clock->advance(100);
    test.tracker.allocateBlocksToBatch(batch);
  }
  EXPECT_TRUE(test.tracker.stop(30s));
  test.tracker.allocateBlocksToBatch(100);
  std::vector<int> all;
  for (std::int64_t batch = 1; batch <= 100; ++batch) {
    for (int record : recordsOf(test.tracker.getBlocksOfBatch(batch, 0))) {
      ASSERT_EQ(record, static_cast<int>(records++)) << "in order, none missing";
    }
  }
  EXPECT_EQ(records, static_cast<std::size_t>(stored));
}

TEST(ReceiverTracker, F16_StopWaitsForASlowReceiver) {
  Tracking test;
  test.tracker.addReceiver(0, std::make_unique<Scripted>([](Scripted&) {},
                                                         [](Scripted& self) {
                                                           for (int i = 0; i < 15; ++i) self.store(i);
                                                         }));
  test.tracker.start();
  test.listener.seen.awaitEvents(1);
  EXPECT_TRUE(test.tracker.stop(30s));
  test.tracker.allocateBlocksToBatch(1);
  EXPECT_EQ(recordsOf(test.tracker.getBlocksOfBatch(1, 0)).size(), 15u);
}

TEST(ReceiverTracker, AReceiverThatDoesNotEndIsNamedAndLeftToItself) {
  test::CapturedLog log;
  std::promise<void> never;
  std::promise<bool> ended;
  auto blocked = never.get_future().share();
  {
    Tracking test;
    std::latch stored(1);
    test.tracker.addReceiver(0, std::make_unique<Scripted>(
                                    [&stored](Scripted& self) {
                                      self.store(1);
                                      stored.count_down();
                                    },
                                    [&ended, blocked](Scripted& self) {
                                      blocked.wait();
                                      try {
                                        self.store(2);
                                        ended.set_value(true);
                                      } catch (const SparkException&) {
                                        ended.set_value(false);
                                      }
                                    }));
    test.tracker.start();
    stored.wait();
    EXPECT_FALSE(test.tracker.stop(1ms));
    EXPECT_NE(log.lines().at(0).find("Scripted-0"), std::string::npos);
    while (!test.tracker.hasUnallocatedBlocks()) std::this_thread::yield();
    test.tracker.allocateBlocksToBatch(1);
    EXPECT_EQ(recordsOf(test.tracker.getBlocksOfBatch(1, 0)), std::vector{1});
    EXPECT_FALSE(test.tracker.stop(1ms));
    never.set_value();
    EXPECT_TRUE(test.tracker.stop(30s));
  }
  EXPECT_FALSE(ended.get_future().get()) << "too late to store";
}

TEST(ReceiverTracker, MayBeDestroyedBeforeAReceiverThatDoesNotEnd) {
  test::CapturedLog log;
  struct Ended {
    std::promise<void> promise;
    ~Ended() { promise.set_value(); }
  };
  auto last = std::make_shared<Ended>();
  auto ended = last->promise.get_future();
  std::promise<void> never;
  {
    Tracking test;
    test.tracker.addReceiver(
        0, std::make_unique<Scripted>([](Scripted&) {}, [last, blocked = never.get_future().share()](
                                                            Scripted&) { blocked.wait(); }));
    last.reset();
    test.tracker.start();
    test.listener.seen.awaitEvents(1);
    EXPECT_FALSE(test.tracker.stop(1ms));
  }
  EXPECT_EQ(ended.wait_for(0s), std::future_status::timeout);
  never.set_value();
  EXPECT_EQ(ended.wait_for(30s), std::future_status::ready) << "the receiver is destroyed when it ends";
}

TEST(ReceiverTracker, AFullTrackerHoldsUpStoringUntilCleanup) {
  Tracking test({}, 100 * sizeof(int));
  std::atomic<int> stored = 0;
  std::jthread storing;
  test.tracker.addReceiver(0, std::make_unique<Scripted>(
                                  [&](Scripted& self) {
                                    storing = std::jthread([&] {
                                      for (; stored < 1000 && !self.isStopped(); ++stored)
                                        self.store(std::vector<int>(50));
                                    });
                                  },
                                  [&](Scripted&) { storing.join(); }));
  test.tracker.start();
  std::size_t records = 0;
  for (std::int64_t batch = 1; records < 500; ++batch) {
    test.tracker.allocateBlocksToBatch(batch);
    auto blocks = test.tracker.getBlocksOfBatch(batch, 0);
    EXPECT_LE(blocks.size(), 2u);
    records += recordsOf(blocks).size();
    test.tracker.cleanupOldBlocks(batch + 1);
    std::this_thread::yield();
  }
  EXPECT_TRUE(test.tracker.stop(30s)) << "a stop is not held up";
}

TEST(ReceiverTracker, RefusesMisuse) {
  Tracking test;
  auto receiver = [] { return std::make_unique<Scripted>([](Scripted&) {}); };
  test.tracker.addReceiver(0, receiver());
  EXPECT_THROW(test.tracker.addReceiver(0, receiver()), IllegalArgument);
  test.tracker.start();
  EXPECT_THROW(test.tracker.start(), IllegalState);
  EXPECT_THROW(test.tracker.addReceiver(1, receiver()), IllegalState);
}

TEST(ReceiverTracker, StopBeforeStartReturnsAtOnce) {
  Tracking test;
  test.tracker.addReceiver(0, std::make_unique<Scripted>([](Scripted&) {}));
  EXPECT_TRUE(test.tracker.stop(30s));
  EXPECT_THROW(test.tracker.start(), IllegalState);
}

}  // namespace
}  // namespace millrace::core
