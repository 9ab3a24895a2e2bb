#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using test::Shape;
using Pairs = std::vector<std::pair<int, int>>;

/// (x mod 3, 1) of 0 … 99, with a counter of the records that map tasks looked at.
RDD<std::pair<int, int>> mapped(const Shape& shape, std::shared_ptr<std::atomic<int>> looked) {
  std::vector<int> records(100);
  for (int i = 0; i < 100; ++i) records[static_cast<std::size_t>(i)] = i;
  return test::rddOf<int>(shape, records).map([looked](int x) {
    ++*looked;
    return std::pair(x % 3, 1);
  });
}

Pairs sorted(Pairs pairs) {
  std::ranges::sort(pairs);
  return pairs;
}

TEST(Shuffle, RunsItsMapSideOnceHoweverOftenItIsRead) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto looked = std::make_shared<std::atomic<int>>(0);
    auto counts = mapped(shape, looked).reduceByKey(std::plus<>{}, 4);
    EXPECT_EQ(counts.getNumPartitions(), 4);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(sorted(counts.collect()), (Pairs{{0, 34}, {1, 33}, {2, 33}}));
    EXPECT_EQ(*looked, 100);
  }
}

TEST(Shuffle, IsRunOnceForJobsAtTheSameTime) {
  for (int round = 0; round < 20; ++round) {
    auto looked = std::make_shared<std::atomic<int>>(0);
    auto counts = mapped({.partitions = 3, .threads = 2}, looked).reduceByKey(std::plus<>{}, 3);
    std::vector<std::future<Pairs>> jobs;
    for (int i = 0; i < 3; ++i)
      jobs.push_back(std::async(std::launch::async, [&] { return counts.collect(); }));
    for (auto& job : jobs) EXPECT_EQ(sorted(job.get()), (Pairs{{0, 34}, {1, 33}, {2, 33}}));
    EXPECT_EQ(*looked, 100);
  }
}

TEST(Shuffle, TriesItsMapSideAgainAfterAFailure) {
  auto fail = std::make_shared<std::atomic<bool>>(true);
  auto counts = test::rddOf<int>(Shape{.partitions = 2}, {1, 2, 3, 4})
                    .map([fail](int x) {
                      if (*fail && x == 3) throw std::runtime_error("not yet");
                      return std::pair(x % 2, x);
                    })
                    .reduceByKey(std::plus<>{}, 2);
  EXPECT_THROW(counts.collect(), TaskFailure);
  *fail = false;
  EXPECT_EQ(sorted(counts.collect()), (Pairs{{0, 6}, {1, 4}}));
}

// What many map tasks write is merged while others still run, whichever is done first.
TEST(Shuffle, MergesWhatManyTasksWroteInTheirOrder) {
  const int tasks = 60;
  std::vector<int> records(tasks * 10);
  std::string expected;
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i] = static_cast<int>(i);
    expected += std::to_string(i) + ",";
  }
  for (int threads : {1, 2, 4}) {
    std::atomic<int> seen = 0;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto othersFirst = [&] {
      while (threads > 1 && seen < 300 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    };
    auto joined = test::rddOf<int>({.partitions = tasks, .threads = threads}, records)
                      .map([&](int x) {
                        if (x == 0) othersFirst();
                        ++seen;
                        return std::pair(x < 0, std::to_string(x) + ",");
                      })
                      .reduceByKey(std::plus<>{}, 3)
                      .collect();
    EXPECT_EQ(joined, (std::vector<std::pair<bool, std::string>>{{false, expected}})) << threads;
  }
}

TEST(Shuffle, StartsOverWhenOneOfManyTasksFailed) {
  std::vector<int> records(100, 1);
  for (const char* where : {"map", "merge"}) {
    auto fail = std::make_shared<std::atomic<bool>>(true);
    const bool inMerge = std::string_view(where) == "merge";
    auto count = test::rddOf<int>({.partitions = 50, .threads = 2}, records)
                     .map([fail, inMerge, seen = std::make_shared<std::atomic<int>>(0)](int x) {
                       if (!inMerge && *fail && ++*seen == 70) throw std::runtime_error("not yet");
                       return std::pair(7, x);
                     })
                     .reduceByKey(
                         [fail, inMerge](int a, int b) {
                           if (inMerge && *fail && a > 40) throw std::runtime_error("not yet");
                           return a + b;
                         },
                         2);
    EXPECT_THROW(count.collect(), TaskFailure) << where;
    *fail = false;
    EXPECT_EQ(count.collect(), (Pairs{{7, 100}})) << where;
  }
}

TEST(Shuffle, ReportsAFailureOfTheReduceSideAsTheOperators) {
  auto failing = test::rddOf<std::pair<int, int>>(Shape{.partitions = 2}, {{1, 1}, {1, 2}})
                     .reduceByKey([](int, int) -> int { throw std::runtime_error("no sum"); }, 1);
  for (int i = 0; i < 2; ++i) {
    try {
      failing.collect();
      FAIL();
    } catch (const TaskFailure& failure) {
      EXPECT_STREQ(failure.what(), "reduceByKey failed in partition 0: no sum");
    }
  }
}

TEST(Shuffle, FollowsAnother) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto looked = std::make_shared<std::atomic<int>>(0);
    auto counts = mapped(shape, looked)
                      .reduceByKey(std::plus<>{}, 3)
                      .map([](const auto& kv) { return std::pair(kv.second, kv.first + 1); })
                      .repartition(2)
                      .reduceByKey(std::plus<>{}, 2);
    EXPECT_EQ(sorted(counts.collect()), (Pairs{{33, 5}, {34, 1}}));
    EXPECT_EQ(*looked, 100);
  }
}

TEST(Shuffle, OfAnRddWithoutPartitionsIsEmpty) {
  auto engine = test::makeEngine();
  auto none = test::rddOf<std::pair<int, int>>(engine, {}, 0);
  auto counts = none.reduceByKey(std::plus<>{}, 3);
  EXPECT_EQ(counts.getNumPartitions(), 3);
  EXPECT_TRUE(counts.collect().empty());
  EXPECT_EQ(none.reduceByKey(std::plus<>{}).getNumPartitions(), 1);
}

TEST(Shuffle, LetsGoOfItsParentsOnceItIsWritten) {
  auto looked = std::make_shared<std::atomic<int>>(0);
  auto counts = mapped({}, looked).reduceByKey(std::plus<>{}, 4);
  const std::weak_ptr<Node> parent = counts.node()->parents()[0];
  EXPECT_FALSE(parent.expired());
  counts.take(1);
  EXPECT_TRUE(parent.expired());
  EXPECT_EQ(sorted(counts.collect()), (Pairs{{0, 34}, {1, 33}, {2, 33}}));
}

TEST(Shuffle, LetsGoOfAParentInPlaceOnceAllPartitionsAreMerged) {
  auto looked = std::make_shared<std::atomic<int>>(0);
  auto counts = mapped({}, looked).reduceByKey(std::plus<>{}, 3);
  auto both = counts.mapValues([](int count) { return -count; }).join(mapped({}, looked).distinct(3));
  auto sums = both.mapValues([](const auto& two) { return two.first + two.second; });
  const std::weak_ptr<Node> inPlace = counts.node();
  counts = {};
  sums.node()->engine().runJob(*sums.node(), {0}, [](int, ReaderPtr) {});
  EXPECT_FALSE(inPlace.expired());
  EXPECT_EQ(sorted(sums.collect()), (Pairs{{0, -33}, {1, -32}, {2, -32}}));
  EXPECT_TRUE(inPlace.expired());
}

TEST(Shuffle, LetsGoOfItsParentsWhileJobsLookAtThem) {
  for (int round = 0; round < 50; ++round) {
    auto looked = std::make_shared<std::atomic<int>>(0);
    auto counts = mapped({.partitions = 3, .threads = 2}, looked).reduceByKey(std::plus<>{}, 3);
    std::vector<std::future<Pairs>> jobs;
    for (int i = 0; i < 4; ++i)
      jobs.push_back(std::async(std::launch::async, [counts] {
        return counts.mapValues([](int count) { return count + 1; }).collect();
      }));
    counts = {};
    for (auto& job : jobs) EXPECT_EQ(sorted(job.get()), (Pairs{{0, 35}, {1, 34}, {2, 34}}));
  }
}

TEST(Shuffle, GivesItsBlocksToThoseWhoKnowTheirType) {
  auto looked = std::make_shared<std::atomic<int>>(0);
  auto counts = mapped({.partitions = 2}, looked).reduceByKey(std::plus<>{}, 1);
  counts.node()->prepare();
  BlockPtr block = counts.node()->block(0);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(block->records(), 3u);
  EXPECT_EQ(counts.node()->block(0), block);
  EXPECT_EQ(counts.map([](const auto& kv) { return kv; }).node()->block(0), nullptr);
}

}  // namespace
}  // namespace millrace::core
