#include <millrace/contexts/scheduler/stall_watch.hpp>

#include "contexts/observed.hpp"
#include "continuous/plans.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using test::Gate;
using Strings = std::vector<std::string>;

class StallWatchTest : public testing::Test {
 protected:
  StallWatchTest() {
    program.source<int>({})
        .map([gate = gate](int x) {
          gate->pass();
          return x;
        })
        .foreachRDD([](const RDD<int>&) {});
    live.emplace(
        test::lowered(program), threadTaskPool(1), 1, Time(0), Time(0), Seconds(1),
        [](Epoch, const EpochResult&) {}, [](std::exception_ptr, Epoch) {});
    scheduler = std::make_shared<JobScheduler>(1, clock, std::make_shared<StreamingBus>(),
                                               std::make_shared<ContextWaiter>(), [](Time, bool) {});
    watch.emplace(*live, scheduler, clock, Seconds(1));
    watch->start(Time(1000));
  }
  ~StallWatchTest() override {
    gate->open();
    watch->stop();
  }
  /// The watch looks at each second up to this time.
  void moveTo(std::int64_t last) {
    for (std::int64_t time = clock->now() + 1000; time <= last; time += 1000) {
      EXPECT_TRUE(clock->awaitWaiter(time, test::kPatience));
      clock->setTime(time);
    }
    EXPECT_TRUE(clock->awaitWaiter(last + 1000, test::kPatience));
  }

  test::StreamTest program;
  test::ObservedLog log;
  std::shared_ptr<Gate> gate = Gate::make();
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(0);
  std::optional<LiveGraph> live;
  std::shared_ptr<JobScheduler> scheduler;
  std::optional<StallWatch> watch;
};

TEST_F(StallWatchTest, NamesALateEpochOnceWithTheOperatorThatRuns) {
  live->feed(0, 0, test::blockOfRecords(std::vector<int>(2000, 1)), {});
  gate->awaitArrivals(1);
  live->epochs().begin(Time(1000));
  moveTo(2000);
  EXPECT_EQ(log.all(), Strings{}) << "an epoch may take as long as two";
  moveTo(200'000);
  EXPECT_EQ(log.all(), Strings{"an epoch is late: its records are still on their way sinceMs=2000 "
                               "runs=\"map #1 in partition 0\" heldBack=0"});
}

TEST_F(StallWatchTest, NamesTheNextLateEpochToo) {
  live->mark(0, live->epochs().begin(Time(1000)), 0);
  EXPECT_TRUE(live->epochs().awaitFewerThan(1, test::soon()));
  moveTo(3000);
  EXPECT_EQ(log.all(), Strings{}) << "it is over";
  Epoch second = live->epochs().begin(Time(4000));
  moveTo(6000);
  EXPECT_EQ(log.all().size(), 1U);
  live->mark(0, second, 0);
  EXPECT_TRUE(live->epochs().awaitFewerThan(1, test::soon()));
  live->epochs().begin(Time(66'000));
  moveTo(67'000);
  EXPECT_EQ(log.all().size(), 1U);
  moveTo(68'000);
  EXPECT_EQ(log.all().size(), 2U);
}

TEST_F(StallWatchTest, SaysWhenNothingRuns) {
  live->epochs().begin(Time(1000));
  moveTo(3000);
  EXPECT_EQ(log.all(), Strings{"an epoch is late: its records are still on their way sinceMs=2000 "
                               "runs=\"records that wait for a worker\" heldBack=0"});
}

TEST_F(StallWatchTest, NamesAnOutputThatHoldsUpThreeBatches) {
  auto output = std::make_shared<OperatorInfo>(OperatorInfo{"print", 7, {}});
  for (int second = 1; second <= 2; ++second)
    scheduler->submit(Time(second * 1000),
                      {{Time(second * 1000), 0, output, [gate = gate] { gate->pass(); }}}, {});
  gate->awaitArrivals(1);
  moveTo(2000);
  EXPECT_EQ(log.all(), Strings{});
  scheduler->submit(Time(3000), {{Time(3000), 0, output, [] {}}}, {});
  moveTo(4000);
  EXPECT_EQ(log.all(), Strings{"an epoch is late: its records are still on their way sinceMs=2000 "
                               "runs=\"batch 1000 ms, print #7\" heldBack=0"})
      << "once a minute";
  moveTo(63'000);
  EXPECT_EQ(log.all().size(), 2U);
}

}  // namespace
}  // namespace millrace::core
