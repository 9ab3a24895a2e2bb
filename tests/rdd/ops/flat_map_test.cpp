#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops/flat_map.hpp>

#include <millrace/base/split.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/counted.hpp"
#include "support/engines.hpp"
#include "support/readers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::Counted;
using test::rddOf;
using test::Shape;
using Strings = std::vector<std::string>;

constexpr long kMillions = 4'000'000;

TEST(FlatMap, GivesAllResultsInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {3, 0, 1, 0, 0, 2, 0});
    const std::vector<int> expected{0, 1, 2, 0, 0, 1};
    EXPECT_EQ(rdd.flatMap([](int n) { return std::views::iota(0, n); }).collect(), expected);
    EXPECT_EQ(rdd.flatMap([](int n) {
                   std::vector<int> all;
                   for (int i = 0; i < n; ++i) all.push_back(i);
                   return all;
                 })
                  .collect(),
              expected);
    EXPECT_TRUE(rdd.flatMap([](int) { return std::vector<int>(); }).collect().empty());
    EXPECT_TRUE(
        rddOf<int>(shape, {}).flatMap([](int n) { return std::views::iota(0, n); }).collect().empty());
  }
}

TEST(FlatMap, TakesRangesOfManyKinds) {
  auto rdd = rddOf<int>(Shape{.chunkSize = 3}, {1, 2, 3});
  EXPECT_EQ(rdd.flatMap([](int n) { return std::list<int>(static_cast<std::size_t>(n), n); }).collect(),
            (std::vector<int>{1, 2, 2, 3, 3, 3}));
  EXPECT_EQ(rdd.flatMap([](int n) {
                 return std::set<int>{n, -n};
               })
                .collect(),
            (std::vector<int>{-1, 1, -2, 2, -3, 3}));
  EXPECT_EQ(rdd.flatMap([](int n) {
                 return std::array{n, n};
               })
                .collect(),
            (std::vector<int>{1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(rdd.flatMap([](int n) {
                 return std::views::iota(0, 10) | std::views::filter([n](int x) { return x % 4 == n; });
               })
                .collect(),
            (std::vector<int>{1, 5, 9, 2, 6, 3, 7}));
  EXPECT_EQ(rdd.flatMap([](int n) { return std::string(static_cast<std::size_t>(n), 'x'); }).collect().size(),
            6u);
}

TEST(FlatMap, SplitsTextWithoutCopyingIt) {
  const Strings lines{"to be or", "", "not  to be", " ",
                      "a word beyond the inline size: counterrevolutionaries"};
  const Strings words{"to",     "be",  "or",     "",      "not",
                      "",       "to",  "be",     "a",     "word",
                      "beyond", "the", "inline", "size:", "counterrevolutionaries"};
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto text = rddOf<std::string_view>(shape, lines);
    EXPECT_EQ(text.flatMap([](std::string_view line) { return split(line, ' '); }).collect(), words);
    EXPECT_EQ(text.flatMap([](const std::string& line) { return split(line, ' '); }).collect(), words);
    EXPECT_EQ(text.flatMap([](std::string line) { return split(line, ' '); }).collect(), words);
    EXPECT_EQ(text.flatMap([](const std::string& line) { return split(line, ' '); })
                  .map([](std::string_view word) { return std::pair(word, 1); })
                  .map([](const auto& kv) { return kv.first; })
                  .collect(),
              words);
  }
}

TEST(FlatMap, MovesOutOfContainersThatAreItsOwn) {
  auto rdd = rddOf<int>(Shape{.chunkSize = 3}, {1, 2}).flatMap([](int) {
    return std::vector<Counted>(100, Counted(7));
  });
  long sum = 0;
  for (const auto& record : rdd.collect()) sum += record.value;
  EXPECT_EQ(sum, 1400);
}

TEST(FlatMap, KeepsItsPlaceInsideARecordThatBecomesMillions) {
  for (std::size_t chunkSize : {3, 1024}) {
    auto rdd = rddOf<int>(Shape{.partitions = 1, .chunkSize = chunkSize}, {1}).flatMap([](int) {
      return std::views::iota(0L, kMillions) | std::views::transform([](long x) { return Counted(x); });
    });
    const long before = Counted::live();
    Counted::reset();
    EXPECT_EQ(rdd.count(), kMillions);
    EXPECT_LE(Counted::peak(), before + 1024 + 8);
    EXPECT_EQ(Counted::live(), before);
  }
  auto keyed = rddOf<int>(Shape{.partitions = 1}, {1})
                   .flatMap([](int) { return std::views::iota(0L, kMillions); })
                   .map([](long x) { return std::pair(x % 10, 1L); })
                   .reduceByKey(std::plus<>{}, 2)
                   .collect();
  ASSERT_EQ(keyed.size(), 10u);
  for (const auto& [key, count] : keyed) EXPECT_EQ(count, kMillions / 10);
}

TEST(FlatMap, StopsInsideARecordWhenNoMoreIsWanted) {
  auto looked = std::make_shared<std::atomic<long>>(0);
  auto rdd = rddOf<int>(Shape{.partitions = 1}, {1, 2}).flatMap([looked](int) {
    return std::views::iota(0L, 1'000'000'000L) | std::views::transform([looked](long x) {
             ++*looked;
             return x;
           });
  });
  EXPECT_EQ(rdd.take(3), (std::vector<long>{0, 1, 2}));
  EXPECT_LE(*looked, 1024);
}

// The text of these views belongs to the range that the function returned, and one chunk holds those of many records.
TEST(FlatMap, KeepsTheTextOfARangeThatOwnsItAsLongAsTheChunk) {
  auto shout = [](const std::string& text) {
    return Strings{text + " is the first of these", text + " is the second of these"};
  };
  const Strings expected{"a is the first of these", "a is the second of these", "b is the first of these",
                         "b is the second of these"};
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto views = rddOf<std::string>(shape, {"a", "b"}).flatMap([shout](const std::string& text) {
      return shout(text) |
             std::views::transform([](const std::string& held) { return std::string_view(held); });
    });
    EXPECT_EQ(views.collect(), expected);
  }
}

TEST(FlatMap, TakesWhatAMapHolds) {
  auto rdd = rddOf<int>(Shape{}, {1, 2}).flatMap([](int x) {
    return std::map<std::string, int>{{"a", x}, {"b", 10 * x}};
  });
  using Record = std::pair<std::string, int>;
  EXPECT_EQ(rdd.collect(), (std::vector<Record>{{"a", 1}, {"b", 10}, {"a", 2}, {"b", 20}}));
  auto sums = rdd.reduceByKey(std::plus<>{}, 1).collect();
  std::ranges::sort(sums);
  EXPECT_EQ(sums, (std::vector<Record>{{"a", 3}, {"b", 30}}));
}

TEST(FlatMap, ReportsWhatARangeThrowsInTheMiddle) {
  auto rdd =
      rddOf<std::string>(Shape{.partitions = 2}, {"fine", "1 2 x 4"}).flatMap([](const std::string& line) {
        return split(line, ' ') | std::views::transform([](std::string_view word) {
                 if (word == "x") throw std::runtime_error("x is no number");
                 return word.size();
               });
      });
  try {
    rdd.collect();
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "flatMap failed in partition 1: x is no number");
  }
}

TEST(FlatMap, GoesOnAfterAnEmptyChunk) {
  auto function = core::flatMapStep<int>([](int n) { return std::views::iota(0, n); });
  core::Step step(core::rddOperator("flatMap"), std::move(function));
  auto reader = core::typed<int>(step.open(test::chunksReader<int>({{2}, {}, {0}, {1, 2}})));
  EXPECT_EQ(test::drain(*reader), (std::vector<int>{0, 1}));
  EXPECT_EQ(test::drain(*reader), (std::vector<int>{0, 0, 1}));
}

TEST(FlatMap, TakesWhatAnOptionalHolds) {
  for (const Shape& shape : test::allShapes()) {
    std::vector<int> numbers(5000);
    std::iota(numbers.begin(), numbers.end(), 0);
    auto rdd = rddOf<int>(shape, numbers);
    auto third =
        rdd.flatMap([](int n) { return n % 3 == 0 ? std::optional(std::to_string(n)) : std::nullopt; });
    static_assert(std::is_same_v<decltype(third), RDD<std::string>>);
    EXPECT_EQ(third.count(), 1667);
    EXPECT_EQ(third.take(2), (std::vector<std::string>{"0", "3"}));
    EXPECT_EQ(rdd.flatMap([](int) { return std::optional<int>(); }).count(), 0);
    EXPECT_EQ(rdd.flatMap([](int n) { return std::optional(std::vector{n}); }).first(), std::vector{0})
        << "the record of an optional is whatever it holds";
    auto owned = rdd.flatMap([](int n) { return std::optional(std::make_unique<int>(n)); });
    EXPECT_EQ(owned.map([](const std::unique_ptr<int>& n) { return *n; }).take(2), (std::vector{0, 1}))
        << "is moved";
  }
}

}  // namespace
}  // namespace millrace
