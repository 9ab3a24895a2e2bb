#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include "contexts/job_events.hpp"
#include "support/failures.hpp"
#include "support/observed.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::failureOf;

SparkContext withMaster(const char* master) {
  return SparkContext(SparkConf().setMaster(master).set("spark.ui.showConsoleProgress", "false"));
}

/// The second partition's records, whose last one fails at the first `failures` attempts.
RDD<int> failing(const SparkContext& sc, int failures) {
  return sc.parallelize(std::vector{1, 2, 3, 4, 5, 6}, 2).map([failures](int x) {
    if (x == 6 && TaskContext::get()->attemptNumber() < failures) throw std::runtime_error("not yet");
    return x;
  });
}

TEST(TaskFailures, AJobFailsAtOnceWithoutASetting) {
  const SparkContext sc = withMaster("local[2]");
  EXPECT_EQ(failureOf<TaskFailure>([&] { failing(sc, 1).count(); }), "map failed in partition 1: not yet");
}

TEST(TaskFailures, MasterOrSettingSaysHowOftenATaskMayFail) {
  test::ObservedLog log;
  const SparkConf conf = SparkConf().setMaster("local[2]").set("spark.task.maxFailures", "2");
  EXPECT_EQ(failing(SparkContext(conf), 1).count(), 6);
  EXPECT_EQ(failureOf<TaskFailure>([&] { failing(SparkContext(conf), 2).count(); }),
            "map failed in partition 1, 2 times: not yet");
  EXPECT_EQ(failing(SparkContext(SparkConf(conf).setMaster("local[2,3]")), 2).count(), 6)
      << "the master wins";
  EXPECT_EQ(failing(withMaster("local[1,3]"), 2).count(), 6);
  EXPECT_EQ(failureOf<TaskFailure>([&] { failing(withMaster("local[1, 3]"), 3).count(); }),
            "map failed in partition 1, 3 times: not yet");
  EXPECT_EQ(log.all().front(),
            "a task failed and is tried again error=\"map failed in partition 1: not yet\" attemptsLeft=1");
}

// What an attempt that failed has done, all but what the user's functions did elsewhere, counts for nothing.
TEST(TaskFailures, OnlyTheAttemptThatSucceedsCounts) {
  test::ObservedLog log;
  test::ScratchDirectory scratch;
  for (const char* master : {"local[1,3]", "local[2,3]"}) {
    const SparkContext sc = withMaster(master);
    const auto numbers = failing(sc, 2);
    EXPECT_EQ(numbers.collect(), (std::vector{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(numbers.reduce(std::plus<>{}), 21);
    EXPECT_EQ(numbers.aggregate(0, std::plus<>{}, std::plus<>{}), 21);
    EXPECT_EQ(numbers.treeReduce(std::plus<>{}), 21);
    EXPECT_EQ(numbers.take(6), (std::vector{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(numbers.takeOrdered(2), (std::vector{1, 2}));
    EXPECT_EQ(numbers.cache().count(), 6);
    EXPECT_EQ(numbers.count(), 6);
    const auto more = failing(sc, 2);
    EXPECT_EQ(more.zipWithIndex().values().collect(), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(more.sortBy([](int x) { return -x; }, true, 2).collect(), (std::vector{6, 5, 4, 3, 2, 1}));
    const auto pairs = more.map([](int x) { return std::pair(x % 2, x); });
    EXPECT_EQ(pairs.reduceByKey(std::plus<>{}, 2).lookup(0), std::vector{12});
    EXPECT_EQ(pairs.groupByKey(2).mapValues([](const auto& all) { return all.size(); }).lookup(1),
              std::vector<std::size_t>{3});
    EXPECT_EQ(pairs.join(pairs, 3).count(), 18);
    const std::string out = scratch / master;
    more.saveAsTextFile(out);
    EXPECT_EQ(sc.textFile(out, 1).count(), 6);
    const LongAccumulator sum = sc.longAccumulator();
    sc.parallelize(std::vector{1, 2, 3, 4}, 2).foreach ([sum](int x) {
      sum.add(x);
      if (TaskContext::get()->attemptNumber() < 2) throw std::runtime_error("not yet");
    });
    EXPECT_EQ(sum.value(), 10);
  }
}

// Merges take what they merge of apart, so a failure in one stands, and nothing is lost in silence.
TEST(TaskFailures, WhatIsMergedIsNotTriedAgain) {
  test::ObservedLog log;
  const SparkContext sc = withMaster("local[2,3]");
  for (int tasks : {2, 40}) {
    const auto first = std::make_shared<std::atomic<bool>>(true);
    const auto sums =
        sc.range(0, 8'000, 1, tasks)
            .map([](std::int64_t x) { return std::pair(x % 10, x); })
            .combineByKey([](std::int64_t x) { return x; },
                          [](std::int64_t sum, std::int64_t x) { return sum + x; },
                          [first](std::int64_t a, std::int64_t b) {
                            return first->exchange(false) ? throw std::runtime_error("once") : a + b;
                          },
                          2);
    EXPECT_NE(failureOf<TaskFailure>([&] { sums.count(); }).find("3 times: once"), std::string::npos);
  }
}

TEST(TaskFailures, ListenersHearOfEachAttempt) {
  test::ObservedLog log;
  const SparkContext sc = withMaster("local[1,3]");
  const auto heard = std::make_shared<test::JobEvents>();
  sc.addSparkListener(heard);
  failing(sc, 1).count();
  sc.stop();
  EXPECT_EQ(heard->all(),
            (std::vector<std::string>{
                "millrace started", "job 0", "stage 0 map of 2", "task 0/0", "task 0/0 succeeded", "task 0/1",
                "task 0/1 failed: map failed in partition 1: not yet", "task 0/1.1", "task 0/1.1 succeeded",
                "stage 0 map succeeded", "job 0 succeeded", "ended"}));
}

}  // namespace
}  // namespace millrace
