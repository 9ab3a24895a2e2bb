#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/run/jobs.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/faulty_file_system.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using test::Shape;
using NumberedPairs = std::vector<std::pair<int, std::int64_t>>;

/// An engine with a budget, and a disk that can fail.
struct Tight {
  explicit Tight(std::size_t limit, const Shape& shape = {}) {
    engine = std::make_shared<Engine>(
        shape.threads == 1 ? inlineJobRunner() : poolJobRunner(shape.threads), shape.partitions,
        std::shared_ptr<FileSystem>(std::shared_ptr<void>(), &faulty), shape.chunkSize);
    engine->setMemoryLimit(limit);
    engine->setLocalDirectory(scratch.path());
  }
  /// (i mod keys, i) for each i below count.
  RDD<std::pair<int, std::int64_t>> pairs(int count, int keys, int partitions = 3) {
    NumberedPairs made;
    for (int i = 0; i < count; ++i) made.emplace_back(i % keys, i);
    return test::rddOf<std::pair<int, std::int64_t>>(engine, made, partitions);
  }

  /// How many files of spilled records there are.
  int files() const {
    int files = 0;
    for (const std::string& name : scratch.list()) {
      if (local.isDirectory(scratch / name)) files += static_cast<int>(scratch.list(name).size());
    }
    return files;
  }

  test::ScratchDirectory scratch;
  LocalFileSystem local;
  test::FaultyFileSystem faulty{local};
  EnginePtr engine;
};

template <class T>
std::vector<T> inOrder(std::vector<T> records) {
  std::ranges::sort(records);
  return records;
}

std::string failureOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const SparkException& error) {
    return error.what();
  }
  return "";
}

NumberedPairs sumsOf(int count, int keys) {
  NumberedPairs sums;
  for (int k = 0; k < keys; ++k) sums.emplace_back(k, 0);
  for (int i = 0; i < count; ++i) sums[static_cast<std::size_t>(i % keys)].second += i;
  return sums;
}

TEST(Spill, IsNotDoneWhileThereIsRoom) {
  Tight tight(std::size_t{64} << 20);
  auto sums = tight.pairs(20'000, 5'000).reduceByKey(std::plus<>{}, 4);
  EXPECT_EQ(inOrder(sums.collect()), sumsOf(20'000, 5'000));
  EXPECT_EQ(tight.faulty.calls(), 0);
  EXPECT_GT(tight.engine->memory().used(), 5'000 * sizeof(std::pair<int, std::int64_t>));
}

TEST(Spill, CombinesOnTheDiskWhatMemoryHasNoRoomFor) {
  Tight tight(std::size_t{64} << 10);
  {
    auto sums = tight.pairs(50'000, 20'000).reduceByKey(std::plus<>{}, 4);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(inOrder(sums.collect()), sumsOf(50'000, 20'000));
    EXPECT_GT(tight.files(), 0);
    EXPECT_LE(tight.engine->memory().used(), tight.engine->memory().limit());
  }
  EXPECT_EQ(tight.files(), 0) << "they go with the RDD";
  EXPECT_EQ(tight.engine->memory().used(), 0u);
}

TEST(Spill, OfManyTasksMergesAheadInTheirOrder) {
  Tight tight(std::size_t{64} << 10, {.threads = 4});
  const auto joinTexts = [](std::string a, const std::string& b) { return a + b; };
  const auto textOf = [](const std::pair<int, std::int64_t>& pair) {
    return std::pair(pair.first, std::to_string(pair.second) + ";");
  };
  auto spilled = tight.pairs(20'000, 4'000, 50).map(textOf).reduceByKey(joinTexts, 3);
  Tight roomy(std::size_t{64} << 20);
  auto inMemory = roomy.pairs(20'000, 4'000, 50).map(textOf).reduceByKey(joinTexts, 3);
  EXPECT_EQ(inOrder(spilled.collect()), inOrder(inMemory.collect()));
  EXPECT_GT(tight.faulty.calls(), 0);
}

TEST(Spill, DividesABucketThatDoesNotFit) {
  Tight tight(std::size_t{16} << 10);
  auto groups = tight.pairs(60'000, 30'000).groupByKey(1);
  auto collected =
      groups.mapValues([](const std::vector<std::int64_t>& values) { return values[0] + values[1]; });
  EXPECT_EQ(inOrder(collected.collect()), sumsOf(60'000, 30'000));
}

TEST(Spill, KeepsTheOrderOfAGroup) {
  Tight tight(std::size_t{32} << 10);
  for (const auto& [key, values] : tight.pairs(20'000, 500, 5).groupByKey(2).collect()) {
    ASSERT_EQ(values.size(), 40u);
    EXPECT_EQ(values[0], key);
    EXPECT_TRUE(std::ranges::is_sorted(values));
  }
}

TEST(Spill, SortsByMergingRunsWithEqualKeysInOrder) {
  Tight tight(std::size_t{32} << 10);
  for (const bool ascending : {true, false}) {
    auto sorted = tight.pairs(30'000, 7, 5).sortByKey(ascending, 2).collect();
    ASSERT_EQ(sorted.size(), 30'000u);
    EXPECT_TRUE(std::ranges::is_sorted(sorted, [&](const auto& a, const auto& b) {
      return a.first != b.first ? (a.first < b.first) == ascending : a.second < b.second;
    }));
  }
  EXPECT_GT(tight.faulty.calls(), 0);
}

TEST(Spill, KeepsTheOrderOfAnExchange) {
  Tight tight(std::size_t{32} << 10), roomy(std::size_t{64} << 20);
  const auto partitions = test::partitionsOf(tight.pairs(30'000, 7, 5).repartition(3));
  EXPECT_EQ(partitions, test::partitionsOf(roomy.pairs(30'000, 7, 5).repartition(3)));
  EXPECT_GT(tight.faulty.calls(), 0);
}

TEST(Spill, IsUndoneForWhoeverNeedsAPartitionInMemory) {
  Tight tight(std::size_t{32} << 10);
  auto sums = tight.pairs(30'000, 9'000).reduceByKey(std::plus<>{}, 3);
  Node& node = *sums.node();
  tight.engine->runJob(node, [](int, ReaderPtr) {});
  NumberedPairs all;
  for (int p = 0; p < 3; ++p) {
    const BlockPtr block = node.block(p);
    using Sums = TableBlock<int, std::int64_t>;
    for (const auto& [key, value] : dynamic_cast<const Sums&>(*block).table) all.emplace_back(key, value);
    EXPECT_EQ(node.block(p), block);
  }
  EXPECT_EQ(inOrder(all), sumsOf(30'000, 9'000));
  EXPECT_GT(tight.engine->memory().used(), tight.engine->memory().limit()) << "it counts all the same";
}

TEST(Spill, ReadsASideInPlaceThatDoesNotFit) {
  Tight tight(std::size_t{48} << 10);
  auto sums = tight.pairs(30'000, 9'000).reduceByKey(std::plus<>{}, 2);
  auto joined = sums.join(tight.pairs(9'000, 9'000), 2);
  NumberedPairs both;
  for (const auto& [key, values] : joined.collect()) {
    EXPECT_EQ(values.second, key);
    both.emplace_back(key, values.first);
  }
  EXPECT_EQ(inOrder(both), sumsOf(30'000, 9'000));
}

TEST(Spill, OfOneKeyWithMoreThanTheBudgetIsAnErrorThatNamesTheOperator) {
  Tight tight(std::size_t{64} << 10);
  const std::string failure = failureOf([&] { tight.pairs(30'000, 1).groupByKey(2).count(); });
  EXPECT_NE(failure.find("groupByKey"), std::string::npos) << failure;
  EXPECT_NE(failure.find("the memory budget is 65536 bytes"), std::string::npos) << failure;
  EXPECT_NE(failure.find("spark.memory.fraction"), std::string::npos) << failure;
  EXPECT_EQ(tight.files(), 0);
  EXPECT_EQ(inOrder(tight.pairs(30'000, 5'000).reduceByKey(std::plus<>{}).collect()), sumsOf(30'000, 5'000));
}

TEST(Spill, TakesAGroupThatFitsAloneThoughOthersHaveTheMemory) {
  Tight tight(std::size_t{512} << 10);
  tight.engine->memory().take(std::size_t{512} << 10);
  auto groups = tight.pairs(5'000, 1).groupByKey(2).collect();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].second.size(), 5'000u);
}

TEST(Spill, OfOneRecordLargerThanTheBudgetIsAnErrorThatNamesTheOperator) {
  Tight tight(std::size_t{64} << 10);
  auto texts = test::rddOf<std::pair<int, std::string>>(
      tight.engine, {{1, "short"}, {2, std::string(std::size_t{1} << 20, 'x')}}, 2);
  const std::string failure = failureOf([&] { texts.groupByKey(1).count(); });
  EXPECT_NE(failure.find("groupByKey"), std::string::npos) << failure;
}

// Each call of the file system fails once, and then the disk is full after ever more bytes.
TEST(Spill, ThatFailsFailsTheJobWithTheFileNamedAndLeavesNothingBehind) {
  const auto jobs = {+[](Tight& tight) {
                       return inOrder(tight.pairs(6'000, 2'000).reduceByKey(std::plus<>{}, 2).collect());
                     },
                     +[](Tight& tight) {
                       return inOrder(tight.pairs(6'000, 2'000)
                                          .groupByKey(2)
                                          .mapValues([](const std::vector<std::int64_t>& v) {
                                            return std::accumulate(v.begin(), v.end(), std::int64_t{0});
                                          })
                                          .collect());
                     },
                     +[](Tight& tight) {
                       std::map<int, std::int64_t> sums;
                       for (auto& [key, value] : tight.pairs(6'000, 2'000).sortByKey(true, 2).collect())
                         sums[key] += value;
                       return NumberedPairs(sums.begin(), sums.end());
                     },
                     +[](Tight& tight) {
                       std::map<int, std::int64_t> sums;
                       for (auto& [key, value] : tight.pairs(6'000, 2'000).repartition(2).collect())
                         sums[key] += value;
                       return NumberedPairs(sums.begin(), sums.end());
                     }};
  const NumberedPairs expected = sumsOf(6'000, 2'000);
  for (const auto& job : jobs) {
    Tight tight(std::size_t{16} << 10);
    EXPECT_EQ(job(tight), expected);
    const int calls = tight.faulty.calls();
    ASSERT_GT(calls, 20);
    int failures = 0, left = 0;
    for (int n = 1; n <= calls; n += 1 + calls / 50) {
      tight.faulty.failCall(n);
      const std::string failure = failureOf([&] { EXPECT_EQ(job(tight), expected); });
      if (failure.empty()) {  // it was the removal of a file that failed
        left = tight.files();
        continue;
      }
      ++failures;
      EXPECT_NE(failure.find(tight.scratch.path()), std::string::npos) << failure;
      EXPECT_NE(failure.find("Input/output error"), std::string::npos) << failure;
      EXPECT_EQ(tight.files(), left);
      EXPECT_EQ(tight.engine->memory().used(), 0u);
    }
    EXPECT_GT(failures, 10);
    for (const int bytes : {0, 1, 1'000, 4'000}) {
      tight.faulty.fullAfter(bytes);
      const std::string failure = failureOf([&] { job(tight); });
      EXPECT_NE(failure.find("No space left on device"), std::string::npos) << failure;
      EXPECT_EQ(tight.files(), left);
    }
    tight.faulty.fullAfter(std::int64_t{1} << 40);
    EXPECT_EQ(job(tight), expected);
  }
}

TEST(Spill, ThatIsCancelledLeavesNothingBehind) {
  Tight tight(std::size_t{16} << 10, {.threads = 2});
  std::atomic<int> records = 0;
  auto counted = tight.pairs(40'000, 10'000).map([&](const std::pair<int, std::int64_t>& pair) {
    if (++records == 20'000) tight.engine->jobs().cancelAll();
    return pair;
  });
  const std::string failure = failureOf([&] { counted.reduceByKey(std::plus<>{}, 2).collect(); });
  EXPECT_NE(failure.find("cancelled"), std::string::npos) << failure;
  EXPECT_EQ(tight.files(), 0);
  EXPECT_EQ(tight.engine->memory().used(), 0u);
}

TEST(Spill, OfEightJobsAtOnceKeepsThemApart) {
  Tight tight(std::size_t{256} << 10, {.threads = 4});
  std::vector<std::future<void>> jobs;
  for (int thread = 0; thread < 8; ++thread) {
    jobs.push_back(std::async(std::launch::async, [&, thread] {
      const int count = 10'000 + thread * 1'000;
      for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(inOrder(tight.pairs(count, 3'000).reduceByKey(std::plus<>{}, 3).collect()),
                  sumsOf(count, 3'000));
        EXPECT_EQ(tight.pairs(count, 3'000).sortByKey(true, 2).count(), count);
      }
    }));
  }
  for (auto& job : jobs) job.get();
  EXPECT_EQ(tight.files(), 0);
  EXPECT_EQ(tight.engine->memory().used(), 0u);
}

}  // namespace
}  // namespace millrace::core
