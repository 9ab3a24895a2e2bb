#include <millrace/contexts/scheduler/job_generator.hpp>

#include <millrace/base/file_system.hpp>
#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/dstream/input/receiver_input.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;
using test::ByHand;
using test::Gate;
using test::Happenings;
using Events = std::vector<std::string>;

class JobGeneratorTest : public testing::Test {
 protected:
  JobGeneratorTest() {
    auto byHand = std::make_unique<ByHand>();
    receiver = byHand.get();
    received.emplace(receiverStream(graph, "By hand", tracker, std::move(byHand)));
    received->foreachRDD([this](const RDD<int>& rdd, Time time) {
      gate->pass();
      done.add(std::to_string(time.milliseconds()) + ": " + testing::PrintToString(rdd.collect()));
    });
    bus->add(listener);
    gate->open();
  }
  ~JobGeneratorTest() override {
    gate->open();
    generator.stop(false, test::soon());
    scheduler->stop(test::soon());
  }

  /// From time 500 on.
  void start() {
    Time first = generator.firstBatchTime();
    graph->start(first - graph->batchDuration());
    tracker->start();
    receiver->started.pass();
    generator.start(first);
  }
  void addScripted(std::function<void(Time)> function) {
    auto input = std::make_shared<test::ScriptedInput>(graph, std::move(function));
    graph->addInput(input);
    DStream<int>(input).foreachRDD(
        [this](const RDD<int>&, Time time) { done.add("scripted " + std::to_string(time.milliseconds())); });
  }
  void store(std::vector<int> records) { receiver->store(std::move(records)); }
  /// Moves the clock to each batch time up to `last`, once the batch before is queued.
  void fill(std::int64_t last) {
    for (std::int64_t time = clock->now() / 1000 * 1000 + 1000; time <= last; time += 1000) {
      EXPECT_TRUE(clock->awaitWaiter(time, test::kPatience));
      clock->setTime(time);
    }
    EXPECT_TRUE(clock->awaitWaiter(last + 1000, test::kPatience));
  }

  test::ObservedLog log;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(500);
  std::shared_ptr<Engine> engine =
      std::make_shared<Engine>(inlineJobRunner(), 2, std::make_shared<LocalFileSystem>());
  std::shared_ptr<StreamGraph> graph = std::make_shared<StreamGraph>(engine, Seconds(1));
  std::shared_ptr<ReceiverTracker> tracker = std::make_shared<ReceiverTracker>(clock, ReceiverOptions());
  std::shared_ptr<StreamingBus> bus = std::make_shared<StreamingBus>();
  std::shared_ptr<ContextWaiter> waiter = std::make_shared<ContextWaiter>();
  std::shared_ptr<test::RecordingListener> listener = std::make_shared<test::RecordingListener>();
  std::shared_ptr<Gate> gate = Gate::make();
  Happenings done;
  ByHand* receiver;
  std::optional<DStream<int>> received;
  std::shared_ptr<JobScheduler> scheduler =
      std::make_shared<JobScheduler>(1, clock, bus, waiter, [this](Time time, bool succeeded) {
        tracker->cleanupOldBlocks(graph->batchEnded(time, succeeded).milliseconds());
      });
  JobGenerator generator{graph, tracker, scheduler, std::make_shared<InputHold>(graph, tracker, 10), clock};
};

TEST_F(JobGeneratorTest, TheFirstBatchIsTheNextMultipleAndNeverNow) {
  EXPECT_EQ(generator.firstBatchTime(), Time(1000));
  clock->setTime(1000);
  EXPECT_EQ(generator.firstBatchTime(), Time(2000));
  clock->setTime(1001);
  EXPECT_EQ(generator.firstBatchTime(), Time(2000));
}

TEST_F(JobGeneratorTest, EveryIntervalBecomesABatchOfWhatCameInIt) {
  start();
  store({1, 2});
  store({3});
  clock->setTime(1000);
  EXPECT_EQ(done.await(1).back(), "1000: { 1, 2, 3 }");
  clock->setTime(1999);
  store({4});
  clock->setTime(2000);
  EXPECT_EQ(done.await(2).back(), "2000: { 4 }");
  clock->setTime(3000);
  EXPECT_EQ(done.await(3).back(), "3000: {}");
  EXPECT_TRUE(scheduler->awaitFewerThan(1, test::soon()));
  EXPECT_TRUE(bus->stop(test::soon()));
  auto batches = listener->completed();
  ASSERT_EQ(batches.size(), 3u);
  EXPECT_EQ(batches[0].numRecords(), 3);
  EXPECT_EQ(batches[1].streamIdToInputInfo.at(0).numRecords, 1);
  EXPECT_EQ(batches[2].numRecords(), 0);
}

class JobGeneratorBehindTest : public JobGeneratorTest {
 protected:
  /// Ten batches wait, and the eleventh is due.
  JobGeneratorBehindTest() {
    gate = Gate::make();
    start();
    fill(10'000);
    gate->awaitArrivals(1);
    EXPECT_EQ(scheduler->pendingBatches(), JobGenerator::kMostPending);
    store({1});
    clock->setTime(11'000);
    EXPECT_EQ(log.awaitLine("falling behind"),
              "falling behind: batches wait to be run, the next ones will be joined pending=10 "
              "running=\"batch 1000 ms, foreachRDD #1\"");
  }
};

TEST_F(JobGeneratorBehindTest, WaitsAndJoinsTheInputThatComesMeanwhile) {
  store({2});
  clock->setTime(12'000);
  store({3});
  EXPECT_EQ(scheduler->pendingBatches(), JobGenerator::kMostPending);
  gate->open();
  auto batches = done.await(12);
  EXPECT_EQ(batches[9], "10000: {}");
  EXPECT_EQ(batches[10], "11000: { 1, 2, 3 }");
  EXPECT_EQ(batches[11], "12000: {}");
}

TEST_F(JobGeneratorBehindTest, StopEndsTheWait) {
  EXPECT_TRUE(generator.stop(false, test::soon()));
  EXPECT_EQ(scheduler->pendingBatches(), JobGenerator::kMostPending);
  EXPECT_TRUE(tracker->hasUnallocatedBlocks());
}

TEST_F(JobGeneratorBehindTest, StopInTheEndGivesAllThatWaitsOneBatch) {
  store({2});
  EXPECT_TRUE(tracker->stop(test::kPatience));
  EXPECT_TRUE(generator.stop(true, test::soon()));
  EXPECT_FALSE(tracker->hasUnallocatedBlocks());
  gate->open();
  EXPECT_EQ(done.await(11).back(), "11000: { 1, 2 }");
}

TEST_F(JobGeneratorTest, StopInTheEndGivesTheLastBlocksABatchWithoutWaitingForItsTime) {
  start();
  fill(1000);
  store({7});
  EXPECT_TRUE(tracker->stop(test::kPatience));
  EXPECT_TRUE(generator.stop(true, test::soon()));
  EXPECT_EQ(done.await(2), (Events{"1000: {}", "2000: { 7 }"}));
  EXPECT_EQ(clock->now(), 1000);
}

TEST_F(JobGeneratorTest, StopInTheEndMakesNoBatchOfNothing) {
  start();
  fill(1000);
  EXPECT_TRUE(generator.stop(true, test::soon()));
  EXPECT_TRUE(scheduler->awaitFewerThan(1, test::soon()));
  EXPECT_EQ(done.all(), Events{"1000: {}"});
}

TEST_F(JobGeneratorTest, NoBatchComesAfterStop) {
  start();
  store({7});
  EXPECT_TRUE(generator.stop(false, test::soon()));
  clock->setTime(5000);
  EXPECT_EQ(scheduler->pendingBatches(), 0u);
  EXPECT_TRUE(tracker->hasUnallocatedBlocks());
}

TEST_F(JobGeneratorTest, ABatchThatCannotBeMadeIsReportedAndTheNextOnesCome) {
  addScripted([](Time time) {
    if (time == Time(1000)) throw std::runtime_error("not yet");
  });
  start();
  clock->setTime(1000);
  EXPECT_EQ(test::failureOf<BatchFailure>([&] { waiter->waitForStopOrError(test::kPatience); }),
            "batch 1000 ms, making its jobs: not yet");
  log.awaitLine("batch 1000 ms, making its jobs: not yet");
  clock->setTime(2000);
  EXPECT_EQ(done.await(2), (Events{"2000: {}", "scripted 2000"}));
}

TEST_F(JobGeneratorTest, ABatchStuckInTheMakingIsWaitedForUntilTheDeadline) {
  auto stuck = Gate::make();
  addScripted([this, stuck](Time) {
    done.add(generator.isGeneratingThread() ? "generating" : "elsewhere");
    stuck->pass();
  });
  start();
  clock->setTime(1000);
  stuck->awaitArrivals(1);
  EXPECT_FALSE(generator.isGeneratingThread());
  EXPECT_FALSE(generator.stop(true, test::atOnce()));
  stuck->open();
  EXPECT_EQ(done.await(3)[0], "generating");
  EXPECT_TRUE(generator.stop(true, test::soon()));
}

TEST_F(JobGeneratorTest, WhatAFailedBatchReadIsKeptOneBatchLonger) {
  received->foreachRDD([](const RDD<int>&, Time time) {
    if (time == Time(3000)) throw std::runtime_error("broken");
  });
  start();
  auto keptAfter = [this](std::int64_t time) {
    fill(time);
    EXPECT_TRUE(scheduler->awaitFewerThan(1, test::soon()));
    return received->node()->rememberedTimes();
  };
  EXPECT_EQ(keptAfter(2000), std::vector<Time>{Time(2000)});
  EXPECT_EQ(keptAfter(3000), (std::vector<Time>{Time(2000), Time(3000)}));
  EXPECT_EQ(keptAfter(4000), std::vector<Time>{Time(4000)});
}

}  // namespace
}  // namespace millrace::core
