#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/jobs.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using test::failureOf;
using test::Shape;

const OperatorInfo kInfo{"work", -1, {}};

TEST(Engine, RunsATaskForEachPartition) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    EXPECT_EQ(engine->threads(), shape.threads);
    EXPECT_EQ(engine->defaultParallelism(), shape.partitions);
    std::vector<std::atomic<int>> runs(5);
    std::atomic<bool> wrong = false;
    engine->runTasks(kInfo, {4, 1, 3}, [&](int partition) {
      ++runs[static_cast<std::size_t>(partition)];
      if (TaskContext::getPartitionId() != partition || chunkSize() != shape.chunkSize) wrong = true;
    });
    EXPECT_EQ(std::vector<int>(runs.begin(), runs.end()), (std::vector<int>{0, 1, 0, 1, 1}));
    EXPECT_FALSE(wrong) << "a task knows its partition and its chunk size";
    EXPECT_EQ(TaskContext::get(), nullptr) << "and nothing of it stays";
    EXPECT_EQ(chunkSize(), kChunkSize);
  }
}

TEST(Engine, TasksSeeTheFlagOfTheThreadThatRunsTheirJob) {
  auto engine = test::makeEngine({.threads = 2});
  std::barrier both(2);
  std::atomic<int> right = 0;
  std::atomic<bool> flag = false;
  auto see = [&](bool interrupted) {
    right = 0;
    flag = false;
    engine->runTasks(kInfo, {0, 1}, [&](int) {
      both.arrive_and_wait();  // each has a thread of its own
      flag = true;
      if (isInterrupted() == interrupted) ++right;
    });
    return right == 2;
  };
  {
    InterruptScope interruptible(flag);
    EXPECT_TRUE(see(true));
  }
  EXPECT_TRUE(see(false)) << "nothing of it stays with the threads of the pool";
}

TEST(Engine, ACancelledJobBeginsNoTask) {
  for (int threads : {1, 2, 4}) {
    auto engine = test::makeEngine({.threads = threads});
    const std::atomic<bool> cancelled = true;
    InterruptScope interruptible(cancelled);
    std::atomic<int> begun = 0;
    EXPECT_EQ(failureOf<std::exception>([&] {
                engine->runTasks(kInfo, {0, 1, 2}, [&](int) { ++begun; });
              }),
              "a task failed in partition 0: the action was cancelled");
    EXPECT_EQ(begun, 0) << threads << " threads";
  }
}

TEST(Engine, RunsATaskAgainThatFails) {
  for (int threads : {1, 2}) {
    auto engine = test::makeEngine({.threads = threads});
    engine->setMaxTaskFailures(3);
    std::atomic<int> runs = 0;
    const auto fail = [&](int) {
      if (++runs < 3) throw std::runtime_error("no");
    };
    engine->runTasks(kInfo, {0}, fail);
    EXPECT_EQ(runs, 3);
    runs = -1;
    EXPECT_EQ(failureOf<TaskFailure>([&] { engine->runTasks(kInfo, {5}, fail); }),
              "a task failed in partition 5, 3 times: no");
    EXPECT_EQ(runs, 2);
  }
}

TEST(Engine, RunsOnceWhatChangesInPlace) {
  auto engine = test::makeEngine();
  engine->setMaxTaskFailures(3);
  int runs = 0;
  EXPECT_EQ(failureOf<TaskFailure>([&] {
              engine->runTasksOnce(kInfo, {0}, [&](int) {
                ++runs;
                throw std::runtime_error("no");
              });
            }),
            "a task failed in partition 0: no");
  EXPECT_EQ(runs, 1);
  const std::atomic<bool> cancelled = true;
  const InterruptScope interruptible(cancelled);
  engine->runTasksOnce(kInfo, {0, 1}, [&](int) {
    engine->jobs().cancelAll();
    runs += isInterrupted() ? 100 : 1;
  });
  EXPECT_EQ(runs, 3) << "a cancellation does not cut it short";
}

TEST(Engine, NamesOperatorPartitionAndCause) {
  auto engine = test::makeEngine({.partitions = 3});
  auto rdd = test::rddOf<int>(engine, {1, 2, 3}, 3);
  try {
    rdd.map([](int x) { return x == 3 ? throw std::runtime_error("three") : x; }).collect();
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "map failed in partition 2: three");
    EXPECT_EQ(failure.operatorName(), "map");
    EXPECT_EQ(failure.partition(), 2);
    EXPECT_THROW(std::rethrow_exception(failure.cause()), std::runtime_error);
  }
}

TEST(Engine, NamesTheOperatorThatFailedNotTheOnesBehindIt) {
  auto engine = test::makeEngine({.partitions = 2});
  auto rdd = test::rddOf<int>(engine, {1, 2}, 2)
                 .filter([](int x) { return x == 2 ? throw std::runtime_error("two") : true; })
                 .map([](int x) { return std::pair(x, x); })
                 .reduceByKey(std::plus<>{})
                 .map([](const auto& kv) { return kv.first; });
  EXPECT_EQ(failureOf<std::exception>([&] { rdd.collect(); }), "filter failed in partition 1: two");
}

TEST(Engine, ReportsExceptionsOfAnyType) {
  auto engine = test::makeEngine({.partitions = 1});
  auto rdd = test::rddOf<int>(engine, {1}, 1);
  struct Own {};
  EXPECT_EQ(failureOf<std::exception>([&] { rdd.map([](int) -> int { throw 42; }).collect(); }),
            "map failed in partition 0: an exception of type int");
  EXPECT_EQ(failureOf<std::exception>([&] { rdd.map([](int) -> int { throw "plain text"; }).collect(); }),
            "map failed in partition 0: plain text");
  EXPECT_EQ(failureOf<std::exception>(
                [&] { rdd.map([](int) -> int { throw std::string("a string"); }).collect(); }),
            "map failed in partition 0: a string");
  EXPECT_NE(
      failureOf<std::exception>([&] { rdd.map([](int) -> int { throw Own(); }).collect(); }).find("Own"),
      std::string::npos);
}

TEST(Engine, RefusesActionsInsideATask) {
  for (int threads : {1, 2}) {
    auto engine = test::makeEngine({.partitions = 2, .threads = threads});
    auto other = test::rddOf<int>(engine, {1, 2, 3}, 2);
    auto nested = test::rddOf<int>(engine, {1, 2}, 2).map([other](int x) { return other.count() + x; });
    const std::string text = failureOf<std::exception>([&] { nested.collect(); });
    EXPECT_NE(text.find("an RDD operation inside a function that runs in a task: collect or broadcast the "
                        "other RDD first"),
              std::string::npos)
        << text;
  }
}

TEST(Engine, RefusesActionsAfterStop) {
  auto engine = test::makeEngine();
  auto rdd = test::rddOf<int>(engine, {1, 2, 3}, 2);
  EXPECT_FALSE(engine->isStopped());
  engine->stop();
  EXPECT_TRUE(engine->isStopped());
  EXPECT_THROW(rdd.count(), IllegalState);
  EXPECT_EQ(failureOf<std::exception>([&] { rdd.map([](int x) { return x; }).collect(); }),
            "the context of this RDD has been stopped: run actions before stop()");
}

TEST(Engine, CanBeUsedAgainAfterAFailure) {
  for (int threads : {1, 4}) {
    auto engine = test::makeEngine({.partitions = 4, .threads = threads});
    auto rdd = test::rddOf<int>(engine, {1, 2, 3, 4}, 4);
    for (int round = 0; round < 20; ++round) {
      EXPECT_THROW(rdd.map([](int) -> int { throw 1; }).collect(), TaskFailure);
      EXPECT_EQ(rdd.count(), 4);
    }
  }
}

TEST(Engine, OutlivesNothingThatItsRddsNeed) {
  RDD<int> rdd;
  {
    auto engine = test::makeEngine({.partitions = 2, .threads = 2});
    rdd = test::rddOf<int>(engine, {1, 2, 3}, 2).map([](int x) { return x + 1; });
  }
  EXPECT_EQ(rdd.collect(), (std::vector<int>{2, 3, 4}));
}

}  // namespace
}  // namespace millrace::core
