#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include "contexts/job_events.hpp"
#include "support/engines.hpp"
#include "support/scratch_directory.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::JobEvents;
using Events = std::vector<std::string>;

class SparkListenerTest : public testing::Test {
 protected:
  SparkListenerTest() { sc.addSparkListener(heard); }

  /// All events, once they are delivered.
  Events events() {
    sc.stop();
    return heard->all();
  }

  SparkContext sc{SparkConf().setAppName("counting"), test::makeEngine({.partitions = 2})};
  std::shared_ptr<JobEvents> heard = std::make_shared<JobEvents>();
};

TEST_F(SparkListenerTest, HearsOfJobsStagesAndTasksInTheirOrder) {
  const auto sums = sc.parallelize(std::vector{1, 2, 3}, 2)
                        .map([](int x) { return std::pair(x % 2, x); })
                        .reduceByKey(std::plus<>{}, 1);
  EXPECT_EQ(sums.count(), 2);
  EXPECT_EQ(sums.count(), 2);
  EXPECT_EQ(events(), (Events{"counting started",
                              "job 0",
                              "stage 0 reduceByKey of 2",
                              "task 0/0",
                              "task 0/0 succeeded",
                              "task 0/1",
                              "task 0/1 succeeded",
                              "stage 0 reduceByKey succeeded",
                              "stage 1 reduceByKey of 1",
                              "task 1/0",
                              "task 1/0 succeeded",
                              "stage 1 reduceByKey succeeded",
                              "job 0 succeeded",  //
                              "job 1",
                              "stage 2 reduceByKey of 1",
                              "task 2/0",
                              "task 2/0 succeeded",
                              "stage 2 reduceByKey succeeded",
                              "job 1 succeeded",
                              "ended"}));
}

TEST_F(SparkListenerTest, AJobWithoutPartitionsHasNoStage) {
  EXPECT_EQ(sc.emptyRDD<int>().count(), 0);
  EXPECT_EQ(events(), (Events{"counting started", "job 0", "job 0 succeeded", "ended"}));
}

TEST_F(SparkListenerTest, HearsWhatFailed) {
  const auto broken = sc.parallelize(std::vector{1, 2, 3}, 3).map([](int x) {
    return x == 2 ? throw std::runtime_error("two") : x;
  });
  EXPECT_THROW(broken.count(), TaskFailure);
  const std::string why = " failed: map failed in partition 1: two";
  EXPECT_EQ(events(),
            (Events{"counting started", "job 0", "stage 0 map of 3", "task 0/0", "task 0/0 succeeded",
                    "task 0/1", "task 0/1" + why, "stage 0 map" + why, "job 0" + why, "ended"}));
}

TEST_F(SparkListenerTest, IsToldWhatTasksReadAndWrite) {
  test::ScratchDirectory scratch;
  const std::string file = scratch.write("lines.txt", "one\ntwo\nthree\n");
  sc.parallelize(std::views::iota(0, 5'000), 3).count();
  sc.range(0, 3'000).count();
  sc.textFile(file, 2).count();
  sc.parallelize(std::vector{"a", "bc"}, 2).saveAsTextFile(scratch / "out");
  sc.parallelize(std::vector{1, 2, 3}, 2).saveAsObjectFile(scratch / "objects");
  sc.objectFile<int>(scratch / "objects").count();
  events();
  std::vector<TaskMetrics> all;
  for (const StageInfo& stage : heard->stages()) {
    EXPECT_GE(stage.completionTime, stage.submissionTime);
    all.push_back(stage.taskMetrics);
  }
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0].recordsRead, 5'000);
  EXPECT_EQ(all[1].recordsRead, 3'000);
  EXPECT_EQ(all[1].bytesRead, 0);
  EXPECT_EQ(all[2].recordsRead, 3);
  EXPECT_EQ(all[2].bytesRead, 14);
  EXPECT_EQ(all[3].recordsRead, 2);
  EXPECT_EQ(all[3].recordsWritten, 2);
  EXPECT_EQ(all[3].bytesWritten, 5);
  EXPECT_EQ(all[4].recordsWritten, 3);
  EXPECT_GT(all[4].bytesWritten, 12);
  EXPECT_EQ(all[5].recordsRead, 3);
  for (const TaskMetrics& metrics : all) {
    EXPECT_GE(metrics.executorRunTime, 0);
    EXPECT_EQ(metrics.diskBytesSpilled, 0);
  }
}

TEST_F(SparkListenerTest, HearsNothingBeforeItIsAddedOrAfterItIsRemoved) {
  const auto numbers = sc.parallelize(std::vector{1}, 1);
  heard->happened.await(1);
  sc.removeSparkListener(heard);
  numbers.count();
  const auto late = std::make_shared<JobEvents>();
  sc.addSparkListener(late);
  numbers.count();
  sc.stop();
  EXPECT_EQ(late->all(),
            (Events{"counting started", "job 1", "stage 1 parallelize of 1", "task 1/0", "task 1/0 succeeded",
                    "stage 1 parallelize succeeded", "job 1 succeeded", "ended"}));
  EXPECT_EQ(heard->happened.all(), Events{"counting started"});
}

TEST_F(SparkListenerTest, SlowOneHoldsUpNoJob) {
  struct Slow : SparkListener {
    std::shared_ptr<test::Gate> gate = test::Gate::make();
    void onJobStart(const SparkListenerJobStart&) override { gate->pass(); }
  };
  const auto slow = std::make_shared<Slow>();
  sc.addSparkListener(slow);
  EXPECT_EQ(sc.parallelize(std::vector{1, 2}, 2).count(), 2);
  slow->gate->awaitArrivals(1);
  EXPECT_EQ(sc.parallelize(std::vector{1, 2}, 2).count(), 2);
  slow->gate->open();
  EXPECT_EQ(events().back(), "ended");
}

TEST(SparkListenerOfStreams, IsToldBatchAndOutputInBothModes) {
  for (const StreamingMode mode : test::kModes) {
    test::StreamTest test({.mode = mode});
    const SparkContext sc = test.context().sparkContext();
    const auto heard = std::make_shared<JobEvents>();
    sc.addSparkListener(heard);
    sc.setJobGroup("of the main thread", "not of the batches");
    sc.setLocalProperty("spark.scheduler.pool", "streams");
    const auto numbers = test.source<int>(test::batches<int>({{1, 2}, {3}}));
    numbers.foreachRDD([](const RDD<int>&) {});
    numbers.foreachRDD([](const RDD<int>& rdd) { rdd.count(); });
    test.run(2);
    sc.stop();
    heard->all();
    sc.clearJobGroup();
    sc.setLocalProperty("spark.scheduler.pool", std::nullopt);
    Events jobs;
    for (const SparkListenerJobStart& job : heard->starts()) {
      auto properties = job.properties;
      EXPECT_EQ(properties["spark.scheduler.pool"], "streams");
      EXPECT_EQ(properties.count("spark.jobGroup.id"), 0u);
      jobs.push_back(properties["spark.streaming.internal.batchTime"] + " " +
                     properties["spark.streaming.internal.outputOpId"] + " " +
                     properties["spark.job.description"]);
    }
    EXPECT_EQ(jobs, (Events{"1000 1 Streaming job of batch 1000 ms, foreachRDD #2",
                            "2000 1 Streaming job of batch 2000 ms, foreachRDD #2"}));
  }
}

}  // namespace
}  // namespace millrace
