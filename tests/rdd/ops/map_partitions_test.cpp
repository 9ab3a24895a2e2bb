#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops/map_partitions.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/counted.hpp"
#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <numeric>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using Strings = std::vector<std::string>;

TEST(MapPartitions, IsCalledOncePerPartitionEmptyOnesToo) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {1, 2}).mapPartitions([](auto& records) {
      int sum = 0;
      for (int record : records) sum += record;
      return std::vector<int>{sum};
    });
    EXPECT_EQ(rdd.getNumPartitions(), shape.partitions);
    auto sums = rdd.collect();
    EXPECT_EQ(sums.size(), static_cast<std::size_t>(shape.partitions));
    EXPECT_EQ(std::accumulate(sums.begin(), sums.end(), 0), 3);
  }
}

TEST(MapPartitions, GivesARangeAsLongAsItLikes) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {1, 2, 3, 4, 5});
    EXPECT_EQ(rdd.mapPartitions([](auto& records) {
                   return records | std::views::transform([](int x) { return x * 2; });
                 })
                  .collect(),
              (std::vector<int>{2, 4, 6, 8, 10}));
    EXPECT_EQ(rdd.mapPartitions([](auto&) { return std::views::iota(0, 2'000); }).count(),
              2'000 * shape.partitions);
    EXPECT_TRUE(rdd.mapPartitions([](auto&) { return std::vector<int>(); }).collect().empty());
  }
}

TEST(MapPartitions, StreamsALazyRangeInBoundedMemory) {
  using test::Counted;
  auto rdd = rddOf<int>(Shape{.partitions = 1}, {0}).mapPartitions([](auto&) {
    return std::views::iota(0L, 4'000'000L) | std::views::transform([](long x) { return Counted(x); });
  });
  const long before = Counted::live();
  Counted::reset();
  EXPECT_EQ(rdd.count(), 4'000'000);
  EXPECT_LE(Counted::peak(), before + 1024 + 8);
}

TEST(MapPartitions, GivesOwnedRecords) {
  const Strings texts{"one", "a text beyond the inline size of strings", "three",
                      "another text that is rather long"};
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto lines = rddOf<std::string_view>(shape, texts);
    EXPECT_EQ(lines
                  .mapPartitions([](auto& records) {
                    Strings all;
                    for (const std::string& record : records) all.push_back(record);
                    return all;
                  })
                  .collect(),
              texts);
    // Views of records that are gone when the next one is asked for: the result is made of owned ones.
    auto prefixes = lines.mapPartitions([](auto& records) {
      return records | std::views::transform(
                           [](const std::string& text) { return std::string_view(text).substr(0, 30); });
    });
    Strings expected;
    for (const auto& text : texts) expected.push_back(text.substr(0, 30));
    EXPECT_EQ(prefixes.collect(), expected);
  }
}

TEST(MapPartitions, TakesWhatAMapHolds) {
  auto counts = rddOf<std::string>(Shape{.partitions = 1}, {"b", "a", "b"}).mapPartitions([](auto& records) {
    std::map<std::string, int> counted;
    for (const auto& record : records) ++counted[record];
    return counted;
  });
  EXPECT_EQ(counts.collect(), (std::vector<std::pair<std::string, int>>{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(counts.reduceByKey(std::plus<>{}, 1).count(), 2);
}

TEST(MapPartitions, MayLeaveRecordsUnread) {
  auto rdd =
      rddOf<int>(Shape{.partitions = 2, .chunkSize = 1}, {1, 2, 3, 4, 5, 6}).mapPartitions([](auto& records) {
        return std::vector<int>{*records.begin()};
      });
  EXPECT_EQ(rdd.collect(), (std::vector<int>{1, 4}));
}

TEST(MapPartitions, SaysWhetherKeysStayWhereTheyAre) {
  auto counts = rddOf<std::pair<int, int>>(Shape{}, {{1, 1}}).reduceByKey(std::plus<>{}, 2);
  auto same = [](auto& records) {
    return std::vector<std::pair<int, int>>(records.begin() == records.end() ? 0 : 1);
  };
  EXPECT_EQ(counts.mapPartitions(same).node()->partitioner(), nullptr);
  EXPECT_EQ(counts.mapPartitions(same, true).node()->partitioner(), counts.node()->partitioner());
}

TEST(MapPartitions, ReportsWhatItThrows) {
  auto rdd =
      rddOf<int>(Shape{.partitions = 3}, {1, 2, 3}).mapPartitions([](auto& records) -> std::vector<int> {
        for (int record : records) {
          if (record == 2) throw "two";
        }
        return {};
      });
  try {
    rdd.count();
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "mapPartitions failed in partition 1: two");
  }
}

}  // namespace
}  // namespace millrace
