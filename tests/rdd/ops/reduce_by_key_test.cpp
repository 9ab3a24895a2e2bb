#include <millrace/rdd/ops/reduce_by_key.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/keyed.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using test::sorted;

TEST(ReduceByKey, FoldsTheValuesOfEachKey) {
  using Record = std::pair<std::string, int>;
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Record>(
        shape, {{"a", 1}, {"b", 2}, {"a", 3}, {"", 4}, {"a key beyond twelve bytes", 5}, {"", 6}});
    const std::vector<Record> expected{{"", 10}, {"a", 4}, {"a key beyond twelve bytes", 5}, {"b", 2}};
    EXPECT_EQ(sorted(rdd.reduceByKey(std::plus<>{}).collect()), expected);
    for (int partitions : {1, 3, 8}) {
      auto sums = rdd.reduceByKey([](int a, int b) { return a + b; }, partitions);
      EXPECT_EQ(sums.getNumPartitions(), partitions);
      EXPECT_EQ(sorted(sums.collect()), expected);
    }
    EXPECT_TRUE(rddOf<Record>(shape, {}).reduceByKey(std::plus<>{}).collect().empty());
  }
}

TEST(ReduceByKey, OwnsTheKeysOfAStreamOfViews) {
  using View = std::pair<std::string_view, long>;
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto lines = rddOf<std::string_view>(shape, {"x", "a word beyond the inline size", "x"});
    auto counts = lines.map([](std::string_view word) { return View(word, 1); }).reduceByKey(std::plus<>{});
    static_assert(std::is_same_v<decltype(counts), RDD<std::pair<std::string, long>>>);
    EXPECT_EQ(sorted(counts.collect()),
              (std::vector<std::pair<std::string, long>>{{"a word beyond the inline size", 1}, {"x", 2}}));
  }
}

TEST(ReduceByKey, TakesAViewOfNothingAsTheEmptyKey) {
  using View = std::pair<std::string_view, int>;
  auto counts = rddOf<int>(Shape{}, {1, 2, 3}).map([](int x) {
    return x == 2 ? View("", 1) : View(std::string_view(), 1);
  });
  EXPECT_EQ(counts.reduceByKey(std::plus<>{}).collect(), (std::vector<std::pair<std::string, int>>{{"", 3}}));
}

TEST(ReduceByKey, FoldsValuesOfAnyType) {
  using Record = std::pair<int, std::string>;
  auto rdd = rddOf<Record>(Shape{.partitions = 1}, {{1, "a"}, {2, "x"}, {1, "b"}, {1, "c"}});
  EXPECT_EQ(sorted(rdd.reduceByKey([](std::string a, const std::string& b) { return a + b; }).collect()),
            (std::vector<Record>{{1, "abc"}, {2, "x"}}));
  auto lists = rdd.map([](const auto& kv) { return std::pair(kv.first, std::vector{kv.second}); })
                   .reduceByKey([](auto all, const auto& more) {
                     all.insert(all.end(), more.begin(), more.end());
                     return all;
                   });
  EXPECT_EQ(sorted(lists.collect()),
            (std::vector<std::pair<int, std::vector<std::string>>>{{1, {"a", "b", "c"}}, {2, {"x"}}}));
}

TEST(ReduceByKey, TakesTheParentsPartitionsWithoutANumber) {
  auto rdd = rddOf<std::pair<int, int>>(Shape{.partitions = 4}, {{1, 1}});
  EXPECT_EQ(rdd.reduceByKey(std::plus<>{}).getNumPartitions(), 4);
  EXPECT_EQ(rdd.reduceByKey(std::plus<>{}, 2).reduceByKey(std::plus<>{}).getNumPartitions(), 2);
}

TEST(ReduceByKey, RefusesFewerThanOnePartition) {
  auto rdd = rddOf<std::pair<int, int>>(Shape{}, {{1, 1}});
  EXPECT_THROW(rdd.reduceByKey(std::plus<>{}, 0), IllegalArgument);
}

TEST(ReduceByKey, CanBeReadAgainAfterItsResultWasCollected) {
  using Record = std::pair<std::string, std::string>;
  auto rdd = rddOf<Record>(Shape{.partitions = 2},
                           {{"a key beyond twelve bytes", "a value beyond the inline size"}});
  auto reduced = rdd.reduceByKey([](std::string a, const std::string& b) { return a + b; }, 2);
  EXPECT_EQ(reduced.collect(), reduced.collect());
  EXPECT_EQ(reduced.collect().at(0).second, "a value beyond the inline size");
}

// More keys than a map task combines, in several partitions: what was combined, what was not, short keys and long.
TEST(ReduceByKey, EqualsAModelWithMoreKeysThanItCombines) {
  std::vector<int> numbers(300'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
  const test::Seed seed;
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(seed));
  auto keyOf = [](int x) {
    const int key = x / 2;
    return key % 2 == 0 ? std::to_string(key) : "a key beyond twelve bytes " + std::to_string(key);
  };
  for (int partitions : {1, 3}) {
    auto sums = rddOf<int>(Shape{.partitions = 2, .threads = 2}, numbers)
                    .map([keyOf](int x) { return std::pair(keyOf(x), static_cast<long>(x)); })
                    .reduceByKey(std::plus<>{}, partitions)
                    .collect();
    std::map<std::string, long> found(sums.begin(), sums.end());
    ASSERT_EQ(found.size(), 150'000u);
    ASSERT_EQ(sums.size(), found.size());
    for (int key = 0; key < 150'000; ++key) ASSERT_EQ(found[keyOf(2 * key)], 4L * key + 1) << key;
  }
}

TEST(ReduceByKey, EarlyKeysCombineAgainOnceOthersDoNot) {
  auto records = rddOf<int>(Shape{.partitions = 1}, {0})
                     .flatMap([](int) { return std::views::iota(0, 400'000); })
                     .map([](int i) { return std::pair(i < 200'000 ? i : i % 7, 1); })
                     .reduceByKey(std::plus<>{}, 4)
                     .filter([](const auto& kv) { return kv.second > 1; })
                     .collect();
  EXPECT_EQ(records.size(), 7u);
  int sum = 0;
  for (const auto& [key, count] : records) sum += count;
  EXPECT_EQ(sum, 200'007);
}

}  // namespace
}  // namespace millrace
