#include <millrace/contexts/scheduler/job_scheduler.hpp>

#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
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
using test::Gate;
using test::Happenings;
using Events = std::vector<std::string>;
using Work = std::function<void()>;

struct Odd {};

class JobSchedulerTest : public testing::Test {
 protected:
  void start(int threads) {
    bus->add(listener);
    auto batchEnd = [this](Time time, bool succeeded) {
      ends.add(std::to_string(time.milliseconds()) + (succeeded ? " succeeded" : " failed"));
    };
    scheduler.emplace(threads, clock, bus, waiter, std::move(batchEnd));
  }
  void submit(std::int64_t time, const std::vector<Work>& runs, std::map<int, StreamInputInfo> inputs = {}) {
    std::vector<Job> jobs;
    for (const Work& run : runs) {
      int id = static_cast<int>(jobs.size());
      auto output = std::make_shared<OperatorInfo>(OperatorInfo{"print", 10 + id, {}});
      jobs.push_back({Time(time), id, std::move(output), run});
    }
    scheduler->submit(Time(time), std::move(jobs), std::move(inputs));
  }
  Work note(const std::string& what) {
    return [this, what] { done.add(what); };
  }
  /// All that was submitted has been done, and listeners know.
  void finish() {
    EXPECT_TRUE(scheduler->awaitFewerThan(1, test::soon()));
    EXPECT_TRUE(scheduler->stop(test::soon()));
    EXPECT_TRUE(bus->stop(test::soon()));
  }
  std::string failure() {
    return test::failureOf<BatchFailure>([&] { waiter->waitForStopOrError(0ms); });
  }

  test::ObservedLog log;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(1000);
  std::shared_ptr<StreamingBus> bus = std::make_shared<StreamingBus>();
  std::shared_ptr<ContextWaiter> waiter = std::make_shared<ContextWaiter>();
  std::shared_ptr<test::RecordingListener> listener = std::make_shared<test::RecordingListener>();
  std::shared_ptr<Gate> gate = Gate::make();
  Happenings done, ends;
  std::optional<JobScheduler> scheduler;
};

TEST_F(JobSchedulerTest, OneThreadRunsOutputAfterOutputAndBatchAfterBatch) {
  start(1);
  submit(1000, {[gate = gate] { gate->pass(); }, note("1000/1")});
  submit(2000, {note("2000/0"), note("2000/1")});
  gate->awaitArrivals(1);
  EXPECT_EQ(scheduler->pendingBatches(), 2u);
  gate->open();
  finish();
  EXPECT_EQ(done.all(), (Events{"1000/1", "2000/0", "2000/1"}));
  EXPECT_EQ(ends.all(), (Events{"1000 succeeded", "2000 succeeded"}));
  EXPECT_EQ(scheduler->pendingBatches(), 0u);
}

TEST_F(JobSchedulerTest, SeveralThreadsRunJobsAtOnceAlsoOfDifferentBatches) {
  start(3);
  Work stuck = [gate = gate] { gate->pass(); };
  submit(1000, {stuck, stuck});
  submit(2000, {stuck, note("later")});
  gate->awaitArrivals(3);
  EXPECT_EQ(scheduler->runningNow(),
            "batch 1000 ms, print #10; batch 1000 ms, print #11; batch 2000 ms, print #10");
  gate->open();
  finish();
  EXPECT_EQ(done.all(), Events{"later"});
  auto events = listener->events.all();
  EXPECT_EQ(std::ranges::count(events, "started 1000"), 1);
  EXPECT_EQ(std::ranges::count(events, "completed 1000"), 1);
}

TEST_F(JobSchedulerTest, EventsComeInTheOrderOfABatchsLife) {
  start(1);
  submit(1000, {[] {}, [] { throw std::runtime_error("broken"); }});
  finish();
  EXPECT_EQ(listener->events.all(), (Events{"submitted 1000", "started 1000", "output 0 of 1000 started",
                                            "output 0 of 1000 completed", "output 1 of 1000 started",
                                            "output 1 of 1000 failed", "completed 1000"}));
}

TEST_F(JobSchedulerTest, JobsOfTheGraphItselfAreToldOfOnlyWhenTheyFail) {
  start(1);
  const auto cutting = std::make_shared<OperatorInfo>(OperatorInfo{"cutting", -1, {}});
  scheduler->submit(Time(1000), {{Time(1000), 0, cutting, note("cut"), true}}, {});
  EXPECT_TRUE(scheduler->awaitFewerThan(1, test::soon()));
  scheduler->submit(Time(2000), {{Time(2000), 0, cutting, [] { throw std::runtime_error("broken"); }, true}},
                    {});
  finish();
  EXPECT_EQ(done.all(), Events{"cut"});
  EXPECT_EQ(listener->events.all(),
            (Events{"submitted 1000", "started 1000", "completed 1000", "submitted 2000", "started 2000",
                    "output 0 of 2000 started", "output 0 of 2000 failed", "completed 2000"}));
  EXPECT_EQ(listener->completed()[0].outputOperationInfos.size(), 0u);
  EXPECT_EQ(listener->completed()[1].outputOperationInfos.at(0).failureReason, "broken");
}

TEST_F(JobSchedulerTest, DelaysAreTakenFromTheClock) {
  start(1);
  submit(1000, {[this] {
           gate->pass();
           clock->advance(300);
         }});
  gate->awaitArrivals(1);
  submit(2000, {[this] { clock->advance(20); }, [this] { clock->advance(5); }}, {{0, {0, 7}}, {2, {2, 4}}});
  gate->open();
  finish();
  auto batches = listener->completed();
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0].schedulingDelay(), 0);
  EXPECT_EQ(batches[0].processingDelay(), 300);
  const BatchInfo& second = batches[1];
  EXPECT_EQ(second.submissionTime, 1000);
  EXPECT_EQ(second.processingStartTime, 1300);
  EXPECT_EQ(second.schedulingDelay(), 300);
  EXPECT_EQ(second.processingDelay(), 25);
  EXPECT_EQ(second.totalDelay(), 325);
  EXPECT_EQ(second.numRecords(), 11);
  EXPECT_EQ(second.outputOperationInfos.at(0).duration(), 20);
  EXPECT_EQ(second.outputOperationInfos.at(1).startTime, 1320);
  EXPECT_EQ(second.outputOperationInfos.at(1).name, "print");
  EXPECT_EQ(second.outputOperationInfos.at(1).description, "print #11");
  EXPECT_EQ(second.outputOperationInfos.at(1).failureReason, std::nullopt);
}

TEST_F(JobSchedulerTest, AFailedJobFailsItsBatchWhateverTheLastOneDoes) {
  start(1);
  submit(1000, {[] { throw std::runtime_error("broken"); }, note("other output")});
  submit(2000, {note("later batch")});
  finish();
  EXPECT_EQ(done.all(), (Events{"other output", "later batch"}));
  EXPECT_EQ(ends.all(), (Events{"1000 failed", "2000 succeeded"}));
  EXPECT_EQ(failure(), "batch 1000 ms, print #10: broken");
  EXPECT_EQ(listener->completed()[0].outputOperationInfos.at(0).failureReason, "broken");
  EXPECT_EQ(log.all(), Events{"an output operation failed error=\"batch 1000 ms, print #10: broken\""});
}

TEST_F(JobSchedulerTest, WhateverAJobThrowsIsToldAndTheLastOfItWins) {
  start(1);
  submit(1000, {[] { throw std::string("a text"); }, [] { throw "a literal"; }});
  submit(2000, {[] { throw 42; }, [] { throw Odd(); }});
  finish();
  EXPECT_EQ(failure().find("batch 2000 ms, print #11: an exception of type millrace::core::(anonymous"), 0u);
  std::vector<std::string> reasons;
  for (const auto& batch : listener->completed()) {
    for (const auto& [id, output] : batch.outputOperationInfos)
      reasons.push_back(output.failureReason.value());
  }
  ASSERT_EQ(reasons.size(), 4u);
  EXPECT_EQ(reasons[0], "a text");
  EXPECT_EQ(reasons[1], "a literal");
  EXPECT_EQ(reasons[2], "an exception of type int");
}

TEST_F(JobSchedulerTest, AFailureKeepsWhatWasThrown) {
  start(1);
  submit(3000, {[] { throw 42; }});
  finish();
  try {
    waiter->waitForStopOrError(0ms);
    FAIL() << "nothing was thrown";
  } catch (const BatchFailure& failed) {
    EXPECT_EQ(failed.batchTime(), Time(3000));
    EXPECT_THROW(std::rethrow_exception(failed.cause()), int);
  }
}

TEST_F(JobSchedulerTest, ABatchWhoseJobsCannotBeMadeFailsAsAnyOther) {
  start(1);
  submit(1000, {[gate = gate] { gate->pass(); }});
  scheduler->submitFailed(Time(2000), {}, {{3, StreamInputInfo{3, 40}}},
                          std::make_exception_ptr(std::runtime_error("no input")));
  EXPECT_FALSE(waiter->waitForStopOrError(0ms)) << "its turn has not come";
  gate->open();
  ends.await(2);
  EXPECT_EQ(failure(), "batch 2000 ms, making its jobs: no input");
  finish();
  const Events events = listener->events.all();
  EXPECT_EQ(Events(events.end() - 4, events.end()), (Events{"started 2000", "output 0 of 2000 started",
                                                            "output 0 of 2000 failed", "completed 2000"}));
  const BatchInfo told = listener->completed().back();
  EXPECT_EQ(told.numRecords(), 40);
  EXPECT_EQ(told.outputOperationInfos.at(0).description, "making its jobs");
  EXPECT_EQ(told.outputOperationInfos.at(0).failureReason, "no input");
}

TEST_F(JobSchedulerTest, ABatchWithoutJobsEndsWithoutEvents) {
  start(1);
  submit(1000, {});
  EXPECT_EQ(scheduler->pendingBatches(), 0u);
  finish();
  EXPECT_EQ(listener->events.all(), Events{});
  EXPECT_EQ(ends.all(), Events{"1000 succeeded"});
}

TEST_F(JobSchedulerTest, ABatchWithoutJobsDoesNotEndBeforeEarlierOnes) {
  start(1);
  submit(1000, {[gate = gate] { gate->pass(); }});
  submit(2000, {});
  EXPECT_EQ(ends.all(), Events{});
  gate->open();
  finish();
  EXPECT_EQ(ends.all(), Events{"1000 succeeded"});
}

TEST_F(JobSchedulerTest, ABatchIsPendingUntilItHasEnded) {
  start(1);
  submit(1000, {[gate = gate] { gate->pass(); }});
  submit(2000, {[] {}});
  gate->awaitArrivals(1);
  EXPECT_TRUE(scheduler->awaitFewerThan(3, test::soon()));
  EXPECT_FALSE(scheduler->awaitFewerThan(2, test::atOnce()));
  EXPECT_EQ(scheduler->runningNow(), "batch 1000 ms, print #10");
  gate->open();
  EXPECT_TRUE(scheduler->awaitFewerThan(1, test::soon()));
  finish();
  EXPECT_EQ(scheduler->runningNow(), "");
}

/// Writes down what it is told.
struct NotingWatch final : BatchWatch {
  void onBatchWithoutJobs(const BatchInfo& batch) override { note("without jobs", batch); }
  void onBatchSubmitted(const BatchInfo& batch) override { note("submitted", batch); }
  void onBatchStarted(const BatchInfo& batch) override { note("started", batch); }
  void onBatchEnded(const BatchInfo& batch) override { note("ended", batch); }
  void note(const std::string& what, const BatchInfo& batch) {
    told.push_back(what + " " + std::to_string(batch.batchTime.milliseconds()) + " with " +
                   std::to_string(batch.numRecords()));
  }
  Events told;
};

TEST_F(JobSchedulerTest, TellsItsWatchWhatBecomesOfEachBatch) {
  auto watch = std::make_shared<NotingWatch>();
  scheduler.emplace(
      1, clock, bus, waiter, [](Time, bool) {}, watch);
  const std::map<int, StreamInputInfo> some{{0, {.inputStreamId = 0, .numRecords = 3}}};
  const Work pass = [gate = gate] { gate->pass(); };
  submit(1000, {pass, pass}, some);
  gate->awaitArrivals(1);
  submit(2000, {pass}, {});
  submit(3000, {}, some);
  gate->open();
  finish();
  EXPECT_EQ(watch->told, (Events{"submitted 1000 with 3", "started 1000 with 3", "submitted 2000 with 0",
                                 "without jobs 3000 with 3", "ended 1000 with 3", "started 2000 with 0",
                                 "ended 2000 with 0"}));
}

TEST_F(JobSchedulerTest, WhatAJobHoldsIsFreeWhenItsBatchEnds) {
  start(1);
  auto held = std::make_shared<int>(7);
  std::weak_ptr<int> seen = held;
  submit(1000, {[held] { EXPECT_EQ(*held, 7); }});
  held.reset();
  ends.await(1);
  EXPECT_TRUE(seen.expired());
  finish();
}

TEST_F(JobSchedulerTest, KnowsItsThreads) {
  start(1);
  submit(1000, {[this] { done.add(scheduler->isJobThread() ? "own" : "foreign"); }});
  finish();
  EXPECT_EQ(done.all(), Events{"own"});
  EXPECT_FALSE(scheduler->isJobThread());
}

TEST_F(JobSchedulerTest, StopDropsWhatHasNotBegunAndWaitsForTheRest) {
  start(1);
  submit(1000, {[gate = gate] { gate->pass(); }, note("never")});
  submit(2000, {note("never")});
  gate->awaitArrivals(1);
  EXPECT_FALSE(scheduler->stop(test::atOnce()));
  EXPECT_FALSE(scheduler->awaitFewerThan(1, test::soon())) << "nothing can end any more";
  submit(3000, {note("never")});
  gate->open();
  EXPECT_TRUE(scheduler->stop(test::soon()));
  EXPECT_EQ(done.all(), Events{});
  EXPECT_EQ(ends.all(), Events{});
}

TEST_F(JobSchedulerTest, StopFromItsOwnJobDoesNotWaitForThatJob) {
  start(1);
  submit(1000, {[this] { done.add(scheduler->stop(test::soon()) ? "stopped" : "waited in vain"); }});
  EXPECT_EQ(done.await(1), Events{"stopped"});
  EXPECT_TRUE(scheduler->stop(test::soon()));
}

TEST_F(JobSchedulerTest, IsGoneWhileAJobIsStuck) {
  start(1);
  auto left = std::make_shared<Happenings>();
  submit(1000, {[gate = gate, left] {
                  gate->pass();
                  left->add("left");
                },
                note("never")});
  gate->awaitArrivals(1);
  scheduler.reset();
  gate->open();
  EXPECT_EQ(left->await(1), Events{"left"});
}

}  // namespace
}  // namespace millrace::core
