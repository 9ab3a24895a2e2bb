#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/ops.hpp>

#include "contexts/job_events.hpp"
#include "support/sleeping_thread.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

SparkConf confOf(const char* mode) {
  return SparkConf().setMaster("local[2]").set("spark.scheduler.mode", mode);
}

TEST(ConcurrentJobs, EightThreadsGetTheirOwnResults) {
  for (const char* mode : {"FIFO", "FAIR"}) {
    const SparkContext sc(confOf(mode));
    const auto heard = std::make_shared<test::JobEvents>();
    sc.addSparkListener(heard);
    const auto shared = sc.range(0, 3'000, 1, 5).map([](std::int64_t x) { return std::pair(x % 10, x); });
    const auto sums = shared.reduceByKey(std::plus<>{}, 3);
    const auto cached = shared.cache();
    std::vector<std::future<void>> threads;
    for (int thread = 0; thread < 8; ++thread)
      threads.push_back(std::async(std::launch::async, [&, thread] {
        sc.setLocalProperty("spark.scheduler.pool", "pool " + std::to_string(thread % 3));
        for (int round = 0; round < 5; ++round) {
          const auto own = cached.filter([=](const auto& kv) { return kv.first == thread; });
          EXPECT_EQ(own.count(), 300);
          EXPECT_EQ(sums.lookup(thread), (std::vector<std::int64_t>{448'500 + 300 * thread}));
          EXPECT_EQ(own.groupByKey(2).mapValues([](const auto& all) { return all.size(); }).collect(),
                    (std::vector<std::pair<std::int64_t, std::size_t>>{{thread, 300}}));
        }
      }));
    for (auto& thread : threads) thread.get();
    sc.stop();
    const auto events = heard->all();
    std::set<int> ids;
    for (const auto& job : heard->starts()) EXPECT_TRUE(ids.insert(job.jobId).second);
    EXPECT_GE(ids.size(), 8u * 5 * 3);
    for (const std::string& event : events) EXPECT_EQ(event.find("failed"), std::string::npos) << event;
  }
}

/// Two threads run a long job: one task that lasts until a short job has been run, and kMany that last until that one waits
/// for a thread. Gives how many of these had ended when it got one.
constexpr int kMany = 100;
int tasksBeforeShortJob(const char* mode) {
  const SparkContext sc(confOf(mode));
  std::atomic<pid_t> caller = 0;
  std::atomic<bool> longHasBegun = false, shortHasRun = false;
  std::atomic<int> ended = 0, before = 0;
  auto longJob = std::async(std::launch::async, [&] {
    sc.setLocalProperty("spark.scheduler.pool", "long");
    sc.range(0, 1 + kMany, 1, 1 + kMany).foreach ([&](std::int64_t x) {
      longHasBegun = true;
      longHasBegun.notify_all();
      while (!shortHasRun && (x == 0 || caller == 0 || !test::sleeps(caller))) std::this_thread::yield();
      if (x > 0) ++ended;
    });
  });
  longHasBegun.wait(false);
  auto shortJob = std::async(std::launch::async, [&] {
    sc.setLocalProperty("spark.scheduler.pool", "short");
    caller = gettid();
    sc.range(0, 1, 1, 1).foreach ([&](std::int64_t) {
      before = ended.load();
      shortHasRun = true;
    });
  });
  shortJob.get();
  longJob.get();
  return before;
}

TEST(ConcurrentJobs, FifoRunsTheTasksOfTheFirstJobFirst) { EXPECT_EQ(tasksBeforeShortJob("FIFO"), kMany); }

TEST(ConcurrentJobs, AFairPoolLetsAShortJobEndBeforeALongOne) {
  EXPECT_LT(tasksBeforeShortJob("FAIR"), kMany);
}

}  // namespace
}  // namespace millrace
