#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using test::Shape;

/// An RDD that counts how often each partition is computed.
struct Observed {
  explicit Observed(const Shape& shape)
      : computed(std::make_shared<std::vector<std::atomic<int>>>(static_cast<std::size_t>(shape.partitions))),
        rdd(test::rddOf<int>(shape, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
                .mapPartitions([counts = computed](auto& records) {
                  ++(*counts)[static_cast<std::size_t>(TaskContext::getPartitionId())];
                  std::vector<int> all;
                  for (int record : records) all.push_back(record);
                  return all;
                })) {}

  std::vector<int> counts() const { return {computed->begin(), computed->end()}; }

  std::shared_ptr<std::vector<std::atomic<int>>> computed;
  RDD<int> rdd;
};

const std::vector<int> kAll{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

TEST(Node, IsComputedAnewForEachJob) {
  Observed observed({.partitions = 3});
  observed.rdd.collect();
  observed.rdd.count();
  EXPECT_EQ(observed.counts(), (std::vector<int>{2, 2, 2}));
}

TEST(Node, IsComputedOnceWhileItIsKept) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    Observed observed(shape);
    observed.rdd.cache();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(observed.rdd.collect(), kAll);
    EXPECT_EQ(observed.counts(), std::vector<int>(static_cast<std::size_t>(shape.partitions), 1));
    observed.rdd.unpersist();
    EXPECT_EQ(observed.rdd.collect(), kAll);
    EXPECT_EQ(observed.counts(), std::vector<int>(static_cast<std::size_t>(shape.partitions), 2));
  }
}

TEST(Node, KeepsOnlyThePartitionsThatWereRead) {
  Observed observed({.partitions = 5});
  observed.rdd.cache();
  EXPECT_EQ(observed.rdd.take(2), (std::vector<int>{1, 2}));
  EXPECT_EQ(observed.counts(), (std::vector<int>{1, 0, 0, 0, 0}));
  EXPECT_EQ(observed.rdd.collect(), kAll);
  EXPECT_EQ(observed.counts(), (std::vector<int>{1, 1, 1, 1, 1}));
}

TEST(Node, FirstReadsByManyJobsAtOnceComputeOnce) {
  constexpr int kReaders = 4;
  for (int round = 0; round < 25; ++round) {
    Observed observed({.partitions = 3, .threads = 2, .chunkSize = 3});
    observed.rdd.cache();
    std::latch start(kReaders);
    std::vector<std::future<std::vector<int>>> readers;
    for (int i = 0; i < kReaders; ++i) {
      readers.push_back(std::async(std::launch::async, [&] {
        start.arrive_and_wait();
        return observed.rdd.collect();
      }));
    }
    for (auto& reader : readers) EXPECT_EQ(reader.get(), kAll);
    EXPECT_EQ(observed.counts(), (std::vector<int>{1, 1, 1}));
  }
}

TEST(Node, MayBeUnpersistedWhileItIsRead) {
  Observed observed({.partitions = 4, .threads = 2, .chunkSize = 1});
  std::atomic<bool> over = false;
  std::jthread flipper([&] {
    while (!over) {
      observed.rdd.persist();
      observed.rdd.unpersist();
    }
  });
  for (int round = 0; round < 200; ++round) EXPECT_EQ(observed.rdd.collect(), kAll);
  over = true;
}

TEST(Node, TriesAgainAfterAFailureWhileFillingItsCache) {
  auto fail = std::make_shared<std::atomic<bool>>(true);
  auto rdd = test::rddOf<int>(Shape{.partitions = 2}, {1, 2, 3, 4})
                 .map([fail](int x) {
                   if (*fail && x == 4) throw std::runtime_error("not yet");
                   return x * 10;
                 })
                 .cache();
  EXPECT_THROW(rdd.collect(), TaskFailure);
  *fail = false;
  EXPECT_EQ(rdd.collect(), (std::vector<int>{10, 20, 30, 40}));
}

TEST(Node, SkipsTheShufflesBehindACompleteCache) {
  Observed observed({.partitions = 2});
  auto counts = observed.rdd.map([](int x) { return std::pair(x % 2, 1); }).reduceByKey(std::plus<>{}, 2);
  auto kept = counts
                  .mapPartitions([](auto& records) {
                    std::vector<int> values;
                    for (const auto& [key, value] : records) values.push_back(value);
                    return values;
                  })
                  .cache();
  EXPECT_EQ(kept.reduce(std::plus<>{}), 10);
  EXPECT_EQ(kept.reduce(std::plus<>{}), 10);
  EXPECT_EQ(observed.counts(), (std::vector<int>{1, 1}));
}

TEST(Node, RefusesAnotherLevelWhileOneIsSet) {
  Observed observed({.partitions = 1});
  EXPECT_EQ(observed.rdd.getStorageLevel(), StorageLevel::NONE);
  observed.rdd.persist(StorageLevel::MEMORY_ONLY);
  observed.rdd.persist(StorageLevel::MEMORY_ONLY);
  EXPECT_EQ(observed.rdd.getStorageLevel(), StorageLevel::MEMORY_ONLY);
  try {
    observed.rdd.persist(StorageLevel::MEMORY_AND_DISK_SER_2);
    FAIL();
  } catch (const Unsupported& error) {
    EXPECT_STREQ(error.what(),
                 "the storage level of this RDD is already MEMORY_ONLY: unpersist() it before choosing "
                 "MEMORY_AND_DISK_SER_2");
  }
  observed.rdd.unpersist();
  observed.rdd.persist(StorageLevel::MEMORY_AND_DISK_SER_2);
  EXPECT_EQ(observed.rdd.getStorageLevel(), StorageLevel::MEMORY_AND_DISK_SER_2);
}

TEST(Node, KeepsItsBlockWhileAReaderShowsIt) {
  auto block = std::make_shared<VectorBlock<int>>(PooledVector<int>{1, 2, 3});
  std::weak_ptr<VectorBlock<int>> watched = block;
  ReaderPtr reader = openBlock(std::move(block));
  EXPECT_FALSE(watched.expired());
  reader.reset();
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace millrace::core
