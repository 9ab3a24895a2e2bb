#include <millrace/base/recurring_timer.hpp>

#include <millrace/base/error.hpp>
#include <support/captured_log.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace millrace {
namespace {

using namespace std::chrono_literals;

class RecurringTimerTest : public testing::Test {
 protected:
  // Waits until the timer has called back everything due and waits for `next`.
  void awaitTick(std::int64_t next) { ASSERT_TRUE(clock->awaitWaiter(next, 30s)); }

  std::vector<std::int64_t> called() {
    std::lock_guard lock(mutex);
    return times;
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::mutex mutex;
  std::vector<std::int64_t> times;
  RecurringTimer timer{clock, 100,
                       [this](std::int64_t time) {
                         std::lock_guard lock(mutex);
                         times.push_back(time);
                       },
                       "test"};
};

std::vector<std::int64_t> numbers(const boost::json::value& array) {
  return boost::json::value_to<std::vector<std::int64_t>>(array);
}

TEST_F(RecurringTimerTest, F04_CallsBackOncePerTick) {
  const auto& rows = test::vector("F04").at("rows").as_array();
  EXPECT_EQ(timer.start(0), 0);
  awaitTick(100);
  EXPECT_EQ(called(), numbers(rows[0].at("callbacks")));
  clock->advance(100);
  awaitTick(200);
  EXPECT_EQ(called(), numbers(rows[1].at("callbacks")));
  clock->advance(200);
  awaitTick(400);
  EXPECT_EQ(called(), numbers(rows[2].at("callbacks")));
  EXPECT_EQ(timer.stop(true), rows[3].at("returns").as_int64());
}

TEST_F(RecurringTimerTest, F05_OneMoreTickComesAfterAStopWithoutInterrupt) {
  const auto& expected = test::vector("F05").at("expect");
  timer.start(0);
  awaitTick(100);
  auto stopped = std::async(std::launch::async, [&] { return timer.stop(false); });
  while (!timer.isStopping()) std::this_thread::yield();
  clock->advance(200);
  EXPECT_EQ(stopped.get(), expected.at("stop returns").as_int64());
  EXPECT_EQ(called(), numbers(expected.at("callbacks")));
}

TEST_F(RecurringTimerTest, InterruptCutsAPatientStopShort) {
  timer.start(0);
  awaitTick(100);
  auto patient = std::async(std::launch::async, [&] { return timer.stop(false); });
  while (!timer.isStopping()) std::this_thread::yield();
  EXPECT_EQ(timer.stop(true), 0);
  EXPECT_EQ(patient.get(), 0);
}

TEST(RecurringTimer, X06_StartAndRestartTimes) {
  for (const auto& row : test::vector("X06").at("start").as_array()) {
    const auto v = numbers(row);  // now, batch, first, zero
    RecurringTimer timer(
        std::make_shared<ManualClock>(v[0]), v[1], [](std::int64_t) {}, "test");
    EXPECT_EQ(timer.getStartTime(), v[2]);
    EXPECT_EQ(timer.getStartTime() - v[1], v[3]);
  }
  for (const auto& row : test::vector("X06").at("restart").as_array()) {
    const auto v = numbers(row);  // now, zero, batch, restart
    RecurringTimer timer(
        std::make_shared<ManualClock>(v[0]), v[2], [](std::int64_t) {}, "test");
    EXPECT_EQ(timer.getRestartTime(v[1]), v[3]);
  }
}

TEST(RecurringTimer, RestartsAfterAStartThatLiesAhead) {
  RecurringTimer timer(
      std::make_shared<ManualClock>(50), 100, [](std::int64_t) {}, "test");
  EXPECT_EQ(timer.getRestartTime(1000), 100);
  EXPECT_EQ(timer.getRestartTime(1050), 150) << "exactly on a tick waits for the next one";
}

TEST_F(RecurringTimerTest, MakesUpForTenMissedTicks) {
  timer.start(100);
  awaitTick(100);
  clock->setTime(1199);  // 100 to 1000 are missed, 1100 is due
  awaitTick(1200);
  EXPECT_EQ(called(), (std::vector<std::int64_t>{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100}));
}

TEST_F(RecurringTimerTest, SkipsMissedTicksBeyondTen) {
  test::CapturedLog log;
  timer.start(100);
  awaitTick(100);
  clock->setTime(10'050);  // 100 to 9900 are missed, 10000 is due
  awaitTick(10'100);
  EXPECT_EQ(called(), (std::vector<std::int64_t>{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 10'000}));
  EXPECT_EQ(log.lines(), std::vector<std::string>{"ticks missed are skipped timer=test from=1100 ticks=89"});
  clock->setTime(10'200);
  awaitTick(10'300);
  EXPECT_EQ(called().size(), 13u) << "the count of ticks made up begins anew";
}

TEST_F(RecurringTimerTest, TimeSetBackRepeatsNothing) {
  timer.start(0);
  awaitTick(100);
  clock->setTime(-5000);
  clock->setTime(100);
  awaitTick(200);
  EXPECT_EQ(called(), (std::vector<std::int64_t>{0, 100}));
}

TEST_F(RecurringTimerTest, StartsAndStopsOnce) {
  EXPECT_EQ(timer.start(), 100);
  EXPECT_THROW(timer.start(), IllegalState);
  EXPECT_EQ(timer.stop(true), -1) << "no tick came";
  EXPECT_EQ(timer.stop(true), -1);
  EXPECT_THROW(timer.start(), IllegalState);
}

TEST(RecurringTimer, RefusesAPeriodThatIsNotPositive) {
  EXPECT_THROW(RecurringTimer(
                   std::make_shared<ManualClock>(), 0, [](std::int64_t) {}, "test"),
               IllegalArgument);
}

TEST(RecurringTimer, OutlivesAFailureOfItsFunction) {
  test::CapturedLog log;
  auto clock = std::make_shared<ManualClock>();
  RecurringTimer timer(
      clock, 100, [](std::int64_t) { throw SparkException("no\nmore"); }, "test");
  timer.start(0);
  ASSERT_TRUE(clock->awaitWaiter(100, 30s));
  clock->advance(100);
  ASSERT_TRUE(clock->awaitWaiter(200, 30s));
  EXPECT_EQ(timer.stop(true), 100);
  ASSERT_EQ(log.lines().size(), 2u);
  EXPECT_EQ(log.lines().front(), R"(a timer's function failed timer=test time=0 error=no\x0amore)");
}

TEST(RecurringTimer, CannotBeStoppedByItsOwnFunction) {
  auto clock = std::make_shared<ManualClock>();
  std::promise<bool> refused;
  RecurringTimer* self = nullptr;
  RecurringTimer timer(
      clock, 100,
      [&](std::int64_t) {
        try {
          self->stop(true);
          refused.set_value(false);
        } catch (const IllegalState&) {
          refused.set_value(true);
        }
      },
      "test");
  self = &timer;
  timer.start(0);
  EXPECT_TRUE(refused.get_future().get());
}

}  // namespace
}  // namespace millrace
