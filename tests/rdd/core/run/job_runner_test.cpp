#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>
#include <millrace/rdd/core/run/running_job.hpp>

#include "support/observed.hpp"
#include "support/sleeping_thread.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#ifndef __SANITIZE_THREAD__
#include <tbb/parallel_for.h>
#endif

namespace millrace::core {
namespace {

struct Kind {
  std::string name;
  std::function<std::unique_ptr<JobRunner>(int)> make;
};

std::vector<Kind> kinds() {
  return {{"inline", [](int) { return inlineJobRunner(); }},
          {"fifo", [](int threads) { return poolJobRunner(threads, SchedulingMode::kFifo); }},
          {"fair", [](int threads) { return poolJobRunner(threads, SchedulingMode::kFair); }}};
}

class JobRunnerTest : public testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<JobRunner> runner(int threads) const { return GetParam().make(threads); }
};

TEST_P(JobRunnerTest, RunsEachTaskOnce) {
  for (int threads : {1, 2, 4}) {
    auto pool = runner(threads);
    for (int tasks : {0, 1, 2, 3, 100}) {
      std::vector<std::atomic<int>> runs(static_cast<std::size_t>(tasks));
      pool->run(tasks, [&](int number) { ++runs[static_cast<std::size_t>(number)]; });
      for (const auto& count : runs) EXPECT_EQ(count, 1);
    }
  }
}

TEST_P(JobRunnerTest, ReturnsWhenAllHaveEnded) {
  auto pool = runner(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<int> plain(16);
    pool->run(16, [&](int number) { plain[static_cast<std::size_t>(number)] = number; });
    for (int i = 0; i < 16; ++i) EXPECT_EQ(plain[static_cast<std::size_t>(i)], i);
  }
}

TEST_P(JobRunnerTest, RethrowsWhatWasThrownAsItWasThrown) {
  auto pool = runner(2);
  EXPECT_THROW(pool->run(3, [](int) { throw std::invalid_argument("no"); }), std::invalid_argument);
  EXPECT_THROW(pool->run(3, [](int number) { throw number; }), int);
  EXPECT_THROW(pool->run(1, [](int) { throw "text"; }), const char*);
  int after = 0;
  pool->run(1, [&](int) { ++after; });
  EXPECT_EQ(after, 1) << "it can be used again";
}

TEST_P(JobRunnerTest, BeginsNoFurtherTaskAfterAFailure) {
  constexpr int kThreads = 2;
  auto pool = runner(kThreads);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> begun = 0;
    EXPECT_THROW(pool->run(10'000,
                           [&](int) {
                             ++begun;
                             throw std::runtime_error("at once");
                           }),
                 std::runtime_error);
    EXPECT_LE(begun, kThreads);
    EXPECT_GE(begun, 1);
  }
}

TEST_P(JobRunnerTest, ServesSeveralCallersAtOnce) {
  auto pool = runner(2);
  std::vector<std::future<long>> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.push_back(std::async(std::launch::async, [&] {
      long total = 0;
      for (int round = 0; round < 50; ++round) {
        std::atomic<long> sum = 0;
        pool->run(8, [&](int number) { sum += number; });
        total += sum;
      }
      return total;
    }));
  }
  for (auto& caller : callers) EXPECT_EQ(caller.get(), 50 * 28);
}

INSTANTIATE_TEST_SUITE_P(All, JobRunnerTest, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST(JobRunner, SaysHowManyThreadsItHas) {
  EXPECT_EQ(inlineJobRunner()->threads(), 1);
  EXPECT_EQ(poolJobRunner(3)->threads(), 3);
}

TEST(JobRunner, InlineKeepsToTheCallerAndTheOrder) {
  std::vector<int> order;
  std::set<std::thread::id> threads;
  inlineJobRunner()->run(5, [&](int number) {
    order.push_back(number);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(threads, std::set{std::this_thread::get_id()});
}

// All fail, and all have begun before the first does: the failure of the lowest number must win, however they end.
TEST(JobRunner, RethrowsTheFailureOfTheLowestNumber) {
  for (int round = 0; round < 50; ++round) {
    std::barrier all(4);
    try {
      poolJobRunner(4)->run(4, [&](int number) {
        all.arrive_and_wait();
        throw number;
      });
      FAIL();
    } catch (int lowest) {
      EXPECT_EQ(lowest, 0);
    }
  }
}

TEST(JobRunner, RunsThreadsAtOnce) {
  std::barrier both(2);
  poolJobRunner(2)->run(2, [&](int) { both.arrive_and_wait(); });
}

struct Job {
  int id;
  std::string pool;
};

void runAs(const Job& job, JobRunner& runner, int tasks, FunctionRef<void(int)> task) {
  RunningJob running{job.id, {{kPoolProperty, job.pool}}};
  const RunningJob::Scope scope(&running);
  runner.run(tasks, task);
}

constexpr int kMany = 100;

/// Two threads run task 0 of a job, which lasts until that of another job has been run, and kMany tasks that last until that
/// other job waits for a thread. Gives how many of these had ended when it got one.
int tasksBefore(SchedulingMode mode, const Job& other, const Job& job) {
  auto runner = poolJobRunner(2, mode);
  std::atomic<pid_t> caller = 0;
  std::atomic<bool> otherHasRun = false;
  std::atomic<int> ended = 0, before = 0;
  std::jthread thread;
  runAs(job, *runner, 1 + kMany, [&](int number) {
    if (number == 0) {
      thread = std::jthread([&] {
        caller = gettid();
        runAs(other, *runner, 1, [&](int) {
          before = ended.load();
          otherHasRun = true;
        });
      });
      while (!otherHasRun) std::this_thread::yield();
    } else {
      while (!otherHasRun && !(caller != 0 && test::sleeps(caller))) std::this_thread::yield();
      ++ended;
    }
  });
  return before;
}

TEST(JobRunner, FifoTakesTheTasksOfTheJobThatBeganFirst) {
  EXPECT_EQ(tasksBefore(SchedulingMode::kFifo, {1, "b"}, {0, "a"}), kMany) << "the later job has to wait";
  EXPECT_LT(tasksBefore(SchedulingMode::kFifo, {0, "b"}, {1, "a"}), kMany) << "the later job lets it pass";
}

TEST(JobRunner, FairGivesEachPoolItsShareAndIsFifoInside) {
  EXPECT_LT(tasksBefore(SchedulingMode::kFair, {1, "b"}, {0, "a"}), kMany) << "the other pool has no task";
  EXPECT_EQ(tasksBefore(SchedulingMode::kFair, {1, "a"}, {0, "a"}), kMany);
  EXPECT_LT(tasksBefore(SchedulingMode::kFair, {0, "a"}, {1, "a"}), kMany);
}

TEST(JobRunner, ACancelledJobDoesNotWaitForAThread) {
  auto runner = poolJobRunner(1);
  auto gate = test::Gate::make();
  std::jthread other([&] { runner->run(1, [&](int) { gate->pass(); }); });
  gate->awaitArrivals(1);
  const std::atomic<bool> cancelled = true;
  {
    const InterruptScope interruptible(cancelled);
    EXPECT_THROW(runner->run(3, [](int) { FAIL() << "there is no thread for it"; }), Interrupted);
  }
  gate->open();
}

TEST(JobRunner, RunsNoMoreTasksAtOnceThanItHasThreads) {
  for (const SchedulingMode mode : {SchedulingMode::kFifo, SchedulingMode::kFair}) {
    auto runner = poolJobRunner(3, mode);
    std::atomic<int> running = 0, most = 0;
    std::vector<std::jthread> callers;
    for (int job = 0; job < 8; ++job)
      callers.emplace_back([&, job] {
        runAs({job, std::to_string(job % 3)}, *runner, 50, [&](int) {
          const int now = ++running;
          for (int known = most; known < now && !most.compare_exchange_weak(known, now);) continue;
          std::this_thread::yield();
          --running;
        });
      });
    callers.clear();
    EXPECT_LE(most, 3);
  }
}

#ifndef __SANITIZE_THREAD__
// A user's function may use TBB itself. While it waits there, its thread must not begin another task of the job: that
// could wait for what the first one is making (a cached partition), for ever. It takes luck to see it happen.
TEST(JobRunner, NoTaskBeginsInsideAnother) {
  thread_local int depth = 0;
  std::atomic<bool> nested = false;
  std::atomic<long> sink = 0;
  auto work = [&](int i) {
    for (int turn = 0; turn < 2'000; ++turn) sink.fetch_add(i, std::memory_order_relaxed);
  };
  auto pool = poolJobRunner(4);
  for (int round = 0; round < 5; ++round) {
    pool->run(64, [&](int) {
      if (++depth > 1) nested = true;
      tbb::parallel_for(0, 64, work, tbb::simple_partitioner());
      --depth;
    });
  }
  EXPECT_FALSE(nested);
}
#endif

}  // namespace
}  // namespace millrace::core
