#include <millrace/base/clock.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <limits>
#include <stop_token>
#include <thread>

namespace millrace {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, StandsStillUntilItIsMoved) {
  ManualClock clock(100);
  EXPECT_EQ(clock.now(), 100);
  clock.advance(50);
  EXPECT_EQ(clock.now(), 150);
  clock.setTime(20);
  EXPECT_EQ(clock.now(), 20);
}

TEST(ManualClock, DoesNotWaitForAPastTime) {
  ManualClock clock(100);
  EXPECT_TRUE(clock.waitUntil(99, {}));
  EXPECT_TRUE(clock.waitUntil(100, {}));
}

TEST(ManualClock, WakesWaitersWhoseTimeHasCome) {
  ManualClock clock;
  auto early = std::async(std::launch::async, [&] { return clock.waitUntil(10, {}); });
  auto late = std::async(std::launch::async, [&] { return clock.waitUntil(20, {}); });
  ASSERT_TRUE(clock.awaitWaiter(10, 30s));
  ASSERT_TRUE(clock.awaitWaiter(20, 30s));
  clock.setTime(10);
  EXPECT_TRUE(early.get());
  EXPECT_TRUE(clock.awaitWaiter(20, 30s)) << "the later one waits on";
  clock.advance(15);
  EXPECT_TRUE(late.get());
}

TEST(ManualClock, AwaitWaiterOverlooksWhoIsAboutToWake) {
  ManualClock clock;
  auto waiter = std::async(std::launch::async, [&] { return clock.waitUntil(10, {}); });
  ASSERT_TRUE(clock.awaitWaiter(0, 30s));
  EXPECT_FALSE(clock.awaitWaiter(11, 0ms));
  clock.setTime(10);
  EXPECT_FALSE(clock.awaitWaiter(0, 0ms)) << "its time has come, whether it runs already or not";
  EXPECT_TRUE(waiter.get());
}

template <class C>
class AnyClock : public testing::Test {};
using Clocks = testing::Types<SystemClock, ManualClock>;
TYPED_TEST_SUITE(AnyClock, Clocks);

TYPED_TEST(AnyClock, StopEndsAWait) {
  TypeParam clock;
  std::stop_source stop;
  auto waiter = std::async(std::launch::async, [&] {
    return clock.waitUntil(std::numeric_limits<std::int64_t>::max(), stop.get_token());
  });
  stop.request_stop();
  EXPECT_FALSE(waiter.get());
}

TYPED_TEST(AnyClock, StoppedTokenNeverWaits) {
  TypeParam clock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.waitUntil(0, stop.get_token()));
}

TEST(SystemClock, StartsAtTheWallClockAndReachesWhatItWaitsFor) {
  const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  SystemClock clock;
  const std::int64_t start = clock.now();
  EXPECT_GE(start, wall.count());
  EXPECT_LT(start, wall.count() + 30'000);
  EXPECT_TRUE(clock.waitUntil(start + 2, {}));
  EXPECT_GE(clock.now(), start + 2);
}

}  // namespace
}  // namespace millrace
