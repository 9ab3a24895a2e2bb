#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include "contexts/job_events.hpp"
#include "support/engines.hpp"
#include "support/failures.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::failureOf;
using Numbers = RDD<std::int64_t>;

constexpr std::int64_t kEndless = std::int64_t{1} << 62;

/// What an action throws, on a thread of its own, whose jobs are of this group.
std::future<std::string> failing(const SparkContext& sc, const std::string& group,
                                 std::function<void()> action) {
  return std::async(std::launch::async, [=] {
    sc.setJobGroup(group, "for ever");
    return failureOf<std::exception>(action);
  });
}

class JobGroupTest : public testing::TestWithParam<int> {
 protected:
  /// Numbers without an end, which tell when a task reads them.
  Numbers endless() {
    return sc.range(0, kEndless, 1, 3).map([begun = begun](std::int64_t x) {
      if (!begun->exchange(true)) begun->notify_all();
      return x;
    });
  }

  SparkContext sc{SparkConf(), test::makeEngine({.partitions = 3, .threads = GetParam()})};
  std::shared_ptr<std::atomic<bool>> begun = std::make_shared<std::atomic<bool>>(false);
};

TEST_P(JobGroupTest, IsCancelledFromAnotherThread) {
  auto failure = failing(sc, "reports", [numbers = endless()] { numbers.count(); });
  begun->wait(false);
  sc.cancelJobGroup("others");
  sc.cancelJob(7);
  sc.cancelStage(7);
  EXPECT_EQ(failure.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  sc.cancelJobGroup("reports");
  EXPECT_EQ(failure.get(), "job 0 cancelled (part of cancelled job group reports)");
  EXPECT_EQ(sc.range(0, 10).count(), 10) << "later jobs run";
}

TEST_P(JobGroupTest, ThereAreOtherWaysToCancel) {
  const std::vector<std::pair<std::function<void()>, std::string>> ways{
      {[this] { sc.cancelAllJobs(); }, "job 0 cancelled (as part of cancellation of all jobs)"},
      {[this] { sc.cancelJob(1); }, "job 1 cancelled"},
      {[this] { sc.cancelJob(2, "too slow"); }, "job 2 cancelled (too slow)"},
      {[this] { sc.cancelStage(3); }, "job 3 cancelled (because stage 3 was cancelled)"},
      {[this] { sc.cancelStage(4, "why not"); }, "job 4 cancelled (because stage 4 was cancelled: why not)"}};
  for (const auto& [cancel, text] : ways) {
    *begun = false;
    auto failure = failing(sc, "any", [numbers = endless()] { numbers.count(); });
    begun->wait(false);
    cancel();
    EXPECT_EQ(failure.get(), text);
  }
}

// Wherever a task is, it ends with its next chunk.
TEST_P(JobGroupTest, TasksEndWhereverTheyAre) {
  const auto pair = [](std::int64_t x) { return std::pair(x % 3, x); };
  const std::vector<std::pair<std::string, std::function<void(const Numbers&)>>> programs{
      {"collect that filters all",
       [](const Numbers& all) { all.filter([](auto) { return false; }).collect(); }},
      {"one record that becomes endless",
       [](const Numbers& all) {
         all.flatMap([](std::int64_t) { return std::views::iota(std::int64_t{0}, kEndless); }).count();
       }},
      {"map side",
       [&](const Numbers& all) {
         all.map(pair).reduceByKey([](auto, auto latest) { return latest; }, 2).count();
       }},
      {"group",
       [&](const Numbers& all) { all.filter([](auto x) { return x < 3; }).map(pair).groupByKey(2).count(); }},
      {"cache", [](const Numbers& all) { all.filter([](auto) { return false; }).cache().count(); }},
      {"partition",
       [](const Numbers& all) {
         all.mapPartitions([](auto& records) {
              std::int64_t sum = 0;
              for (auto x : records) sum += x % 2;
              return std::vector{sum};
            })
             .count();
       }},
      {"foreach", [](const Numbers& all) { all.foreach ([](auto) {}); }},
      {"a function that asks",
       [](const Numbers& all) {
         all.foreach ([](auto) {
           while (!TaskContext::get()->isInterrupted()) std::this_thread::yield();
         });
       }},
      {"fold",
       [](const Numbers& all) { all.fold(0, [](std::int64_t a, std::int64_t b) { return (a + b) % 7; }); }}};
  for (const auto& [name, program] : programs) {
    *begun = false;
    auto failure = failing(sc, name, [&, numbers = endless()] { program(numbers); });
    begun->wait(false);
    sc.cancelJobGroup(name);
    EXPECT_NE(failure.get().find("cancelled (part of cancelled job group " + name + ")"), std::string::npos);
  }
}

TEST_P(JobGroupTest, ACancelledAsynchronousActionSaysSo) {
  sc.setJobGroup("async", "inherited by the action");
  const auto action = endless().countAsync();
  sc.clearJobGroup();
  begun->wait(false);
  sc.cancelJobGroup("async");
  EXPECT_EQ(failureOf<std::exception>([&] { action.get(); }),
            "job 0 cancelled (part of cancelled job group async)");
}

TEST_P(JobGroupTest, AJobThatEndsAllTheSameSucceeds) {
  int sum = 0;
  sc.range(0, 4, 1, 1).foreachPartition([&](auto& records) {
    for (const auto x : records) sum += static_cast<int>(x);
    sc.cancelAllJobs();
  });
  EXPECT_EQ(sum, 6);
}

TEST_P(JobGroupTest, ListenersHearOfACancellation) {
  const auto heard = std::make_shared<test::JobEvents>();
  sc.addSparkListener(heard);
  auto failure = failing(sc, "reports", [numbers = endless()] { numbers.count(); });
  begun->wait(false);
  sc.cancelJobGroup("reports");
  failure.get();
  sc.stop();
  const auto events = heard->all();
  EXPECT_EQ(std::ranges::count(events, "job 0 failed: job 0 cancelled (part of cancelled job group reports)"),
            1);
  EXPECT_GE(std::ranges::count_if(events, [](const auto& event) { return event.ends_with("(killed)"); }), 1);
  EXPECT_EQ(heard->starts()[0].properties.at("spark.job.description"), "for ever");
}

// The map side of the shuffle is cut short: who asks next makes it anew.
TEST_P(JobGroupTest, ACutShuffleIsMadeAnew) {
  const auto stopped = std::make_shared<std::atomic<bool>>(true);
  const auto sums = sc.range(0, 8'000, 1, 3)
                        .map([begun = begun, stopped](std::int64_t x) {
                          if (!begun->exchange(true)) begun->notify_all();
                          while (*stopped && !TaskContext::get()->isInterrupted()) std::this_thread::yield();
                          return std::pair(x % 2, std::int64_t{1});
                        })
                        .reduceByKey(std::plus<>{}, 2);
  auto failure = failing(sc, "first", [&] { sums.count(); });
  auto other = std::async(std::launch::async, [&] {
    begun->wait(false);
    return sums.collectAsMap();
  });
  begun->wait(false);
  sc.cancelJobGroup("first");
  EXPECT_EQ(failure.get(), "job 0 cancelled (part of cancelled job group first)");
  *stopped = false;
  const auto counts = other.get();
  EXPECT_EQ(counts.at(0), 4'000);
  EXPECT_EQ(counts.at(1), 4'000);
  EXPECT_EQ(sums.count(), 2);
}

// A partition that is merged takes what it is merged of apart, so the merge goes on, for others that need it.
TEST_P(JobGroupTest, AMergeIsNotCutShort) {
  const auto spread = sc.range(0, 8'000, 1, 2)
                          .map([](std::int64_t x) { return std::pair(x % 2, std::int64_t{1}); })
                          .partitionBy(HashPartitioner(2));
  const auto cancels = std::make_shared<std::atomic<bool>>(true);
  const auto sums = spread
                        .mapValues([sc = sc, cancels](std::int64_t x) {
                          if (cancels->exchange(false)) sc.cancelAllJobs();
                          return x;
                        })
                        .reduceByKey(std::plus<>{});
  EXPECT_NE(failureOf<std::exception>([&] { sums.count(); }).find("cancelled"), std::string::npos);
  const auto counts = sums.collectAsMap();
  EXPECT_EQ(counts.at(0), 4'000);
  EXPECT_EQ(counts.at(1), 4'000);
}

INSTANTIATE_TEST_SUITE_P(Threads, JobGroupTest, testing::Values(1, 2));

TEST(LocalProperties, BelongToAThreadAndReachItsTasks) {
  const SparkContext sc(SparkConf(), test::makeEngine({.threads = 2}));
  const auto seen = [](int) { return TaskContext::get()->getLocalProperty("colour").value_or("none"); };
  const auto numbers = sc.parallelize(std::vector{1, 2}, 2);
  EXPECT_EQ(sc.getLocalProperty("colour"), std::nullopt);
  sc.setLocalProperty("colour", "red");
  EXPECT_EQ(sc.getLocalProperty("colour"), "red");
  EXPECT_EQ(numbers.map(seen).collect(), (std::vector<std::string>{"red", "red"}));
  EXPECT_EQ(numbers.map(seen).collectAsync().get(), (std::vector<std::string>{"red", "red"}));
  std::jthread([&] {
    EXPECT_EQ(sc.getLocalProperty("colour"), std::nullopt);
    EXPECT_EQ(numbers.map(seen).collect(), (std::vector<std::string>{"none", "none"}));
  }).join();
  sc.setLocalProperty("colour", std::nullopt);
  EXPECT_EQ(numbers.map(seen).collect(), (std::vector<std::string>{"none", "none"}));
}

TEST(LocalProperties, AJobGroupIsThreeOfThem) {
  const SparkContext sc(SparkConf(), test::makeEngine());
  sc.setJobGroup("g", "what it does", true);
  EXPECT_EQ(sc.getLocalProperty("spark.jobGroup.id"), "g");
  EXPECT_EQ(sc.getLocalProperty("spark.job.description"), "what it does");
  EXPECT_EQ(sc.getLocalProperty("spark.job.interruptOnCancel"), "true");
  sc.setJobDescription("something else");
  EXPECT_EQ(sc.getLocalProperty("spark.job.description"), "something else");
  sc.clearJobGroup();
  for (const char* key : {"spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel"})
    EXPECT_EQ(sc.getLocalProperty(key), std::nullopt) << key;
}

// The state's function cancels the jobs of the second batch, in each partition: that batch fails, its state has moved on.
TEST(CancelledBatch, FailsAndTheStreamGoesOn) {
  for (const StreamingMode mode : test::kModes) {
    test::StreamTest test({.mode = mode});
    const SparkContext sc = test.context().sparkContext();
    const std::vector<int> keys{0, 1, 2, 3, 4, 5, 6, 7};
    const auto counts = test.source<int>(test::batches<int>({keys, keys, keys}))
                            .map([](int key) { return std::pair(key, 1); })
                            .updateStateByKey([sc](const std::vector<int>& more,
                                                   std::optional<int> old) -> std::optional<int> {
                              const int count = old.value_or(0) + static_cast<int>(more.size());
                              if (count == 2) sc.cancelAllJobs();
                              return count;
                            });
    const auto outputs = test.collect(counts.map([](const auto& kv) { return kv.second; }));
    test.start();
    test.advance(3);
    const std::string failure = test.awaitFailure();
    EXPECT_NE(failure.find("batch 2000 ms"), std::string::npos) << failure;
    EXPECT_NE(failure.find("cancelled (as part of cancellation of all jobs)"), std::string::npos) << failure;
    test.stop();
    EXPECT_EQ(outputs.records(), (std::vector{std::vector<int>(8, 1), std::vector<int>(8, 3)}));
    EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{1000, 3000}));
  }
}

}  // namespace
}  // namespace millrace
