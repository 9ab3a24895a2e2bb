#include <millrace/contexts/scheduler/batch_ticker.hpp>

#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using test::atOnce;
using test::Gate;
using test::Happenings;
using test::soon;
using Strings = std::vector<std::string>;

class BatchTickerTest : public testing::Test {
 protected:
  /// A ticker of seconds, from 500 ms on.
  BatchTicker& start(BatchTicker::Make make, BatchTicker::AwaitRoom awaitRoom = always) {
    ticker =
        std::make_shared<BatchTicker>(clock, Seconds(1), "test timer", std::move(awaitRoom), std::move(make));
    ticker->start(ticker->firstTime());
    return *ticker;
  }
  void moveTo(std::int64_t time) {
    EXPECT_TRUE(clock->awaitWaiter(time, test::kPatience));
    clock->setTime(time);
  }
  void awaitTickAfter(std::int64_t time) { EXPECT_TRUE(clock->awaitWaiter(time + 1000, test::kPatience)); }
  void note(Time time) { made.add(time.toString()); }
  static bool always(const std::stop_token&) { return true; }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(500);
  Happenings made;
  test::ObservedLog log;
  std::shared_ptr<BatchTicker> ticker;
};

TEST_F(BatchTickerTest, HasABatchMadeAtEachTickForWhichThereIsRoom) {
  bool hasRoom = true;
  start([this](Time time) { note(time); }, [&](const std::stop_token&) { return hasRoom; });
  moveTo(1000);
  awaitTickAfter(1000);
  hasRoom = false;
  moveTo(2000);
  awaitTickAfter(2000);
  hasRoom = true;
  moveTo(3000);
  EXPECT_EQ(made.await(2), (Strings{"1000 ms", "3000 ms"}));
}

TEST_F(BatchTickerTest, TheNextBatchFollowsTheNewestOneThatWasMade) {
  auto& ticks = start([this](Time time) { note(time); });
  moveTo(1000);
  awaitTickAfter(1000);
  EXPECT_TRUE(ticks.stop(soon(), ticker));
  clock->setTime(9000);
  EXPECT_TRUE(ticks.makeNext(soon(), ticker));
  EXPECT_EQ(made.all(), (Strings{"1000 ms", "2000 ms"}));
}

TEST_F(BatchTickerTest, AStopEndsTheWaitForRoom) {
  auto waiting = Gate::make();
  auto& ticks = start([this](Time time) { note(time); },
                      [waiting](const std::stop_token& stop) {
                        waiting->open();
                        while (!stop.stop_requested()) std::this_thread::yield();
                        return true;
                      });
  moveTo(1000);
  waiting->pass();
  EXPECT_TRUE(ticks.stop(soon(), ticker));
  EXPECT_EQ(made.all(), Strings{}) << "room that comes after the stop is no more use";
}

TEST_F(BatchTickerTest, SaysWhichBatchIsBeingMadeAndByWhichThread) {
  auto gate = Gate::make();
  std::atomic<bool> onItsThread = false;
  auto& ticks = start([&, gate](Time) {
    onItsThread = ticker->isMakingThread();
    gate->pass();
  });
  EXPECT_EQ(ticks.making(), std::nullopt);
  moveTo(1000);
  gate->awaitArrivals(1);
  EXPECT_EQ(ticks.making(), Time(1000));
  EXPECT_TRUE(onItsThread);
  EXPECT_FALSE(ticks.isMakingThread());
  gate->open();
  EXPECT_TRUE(ticks.stop(soon(), ticker));
  EXPECT_EQ(ticks.making(), std::nullopt);
}

TEST_F(BatchTickerTest, ABatchThatThrowsIsNoLongerBeingMade) {
  auto& ticks = start([](Time) { throw std::runtime_error("no memory for blocks"); });
  moveTo(1000);
  awaitTickAfter(1000);
  EXPECT_EQ(ticks.making(), std::nullopt);
  EXPECT_TRUE(ticks.stop(soon(), ticker));
  EXPECT_THROW(ticks.makeNext(soon(), ticker), std::runtime_error);
  EXPECT_FALSE(ticks.isMakingThread());
}

TEST_F(BatchTickerTest, KeepsItsOwnerUntilABatchThatIsStuckIsMade) {
  auto gate = Gate::make(), gone = Gate::make();
  std::shared_ptr<void> atItsEnd(nullptr, [gone](void*) { gone->open(); });
  auto& ticks = start([gate, used = std::exchange(atItsEnd, nullptr)](Time) { gate->pass(); });
  moveTo(1000);
  gate->awaitArrivals(1);
  std::weak_ptr<BatchTicker> kept = ticker;
  EXPECT_FALSE(ticks.stop(atOnce(), std::exchange(ticker, nullptr)));
  EXPECT_FALSE(kept.expired());
  gate->open();
  EXPECT_NO_THROW(gone->pass());
}

}  // namespace
}  // namespace millrace::core
