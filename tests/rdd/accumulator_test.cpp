#include <millrace/rdd/accumulator.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/numbers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::oneTo;
using test::rddOf;
using test::Shape;

TEST(Accumulator, CountsWhatTasksAdd) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    const LongAccumulator sum("sum");
    const DoubleAccumulator halves;
    const CollectionAccumulator<std::string> texts;
    rddOf<int>(shape, oneTo(100)).foreach ([sum, halves, texts](int x) {
      sum.add(x);
      halves.add(0.5);
      if (x % 50 == 0) texts.add(std::to_string(x));
    });
    EXPECT_EQ(sum.value(), 5'050);
    EXPECT_EQ(sum.sum(), 5'050);
    EXPECT_EQ(sum.count(), 100);
    EXPECT_EQ(sum.avg(), 50.5);
    EXPECT_EQ(halves.value(), 50);
    auto some = texts.value();
    std::ranges::sort(some);
    EXPECT_EQ(some, (std::vector<std::string>{"100", "50"}));
    EXPECT_EQ(sum.name(), "sum");
    EXPECT_EQ(halves.name(), "");
  }
}

TEST(Accumulator, CountsOnTheDriverAndBeginsAnew) {
  const LongAccumulator sum;
  EXPECT_TRUE(sum.isZero());
  EXPECT_TRUE(std::isnan(sum.avg()));
  sum.add(3);
  const auto other = sum;
  other.add(4);
  EXPECT_EQ(sum.value(), 7);
  EXPECT_FALSE(sum.isZero());
  sum.reset();
  EXPECT_TRUE(other.isZero());
}

TEST(Accumulator, DropsWhatFailedTasksAdded) {
  for (int threads : {1, 4}) {
    const LongAccumulator added;
    const auto rdd = rddOf<int>(Shape{.partitions = 4, .threads = threads}, oneTo(8));
    EXPECT_THROW(rdd.foreach ([added](int x) {
      added.add(1);
      if (x % 2 == 0) throw std::runtime_error("even");
    }),
                 TaskFailure);
    EXPECT_EQ(added.value(), 0) << "every task has an even number";
    rdd.foreach ([added](int) { added.add(1); });
    EXPECT_EQ(added.value(), 8);
  }
  const LongAccumulator added;
  EXPECT_THROW(rddOf<int>(Shape{.partitions = 2}, {1, 2}).foreach ([added](int x) {
    added.add(x);
    if (x == 2) throw std::runtime_error("two");
  }),
               TaskFailure);
  EXPECT_EQ(added.value(), 1) << "the task that ended well counts, though the action failed";
}

TEST(Accumulator, CountsTransformationsWhenTheyRun) {
  const LongAccumulator seen;
  auto rdd = rddOf<int>(Shape{.partitions = 3}, oneTo(9)).map([seen](int x) {
    seen.add(1);
    return std::pair(x % 2, x);
  });
  EXPECT_EQ(seen.value(), 0) << "lazy";
  rdd.count();
  EXPECT_EQ(seen.value(), 9);
  rdd.count();
  EXPECT_EQ(seen.value(), 18);
  seen.reset();
  auto sums = rdd.reduceByKey(std::plus<>{});
  sums.count();
  sums.count();
  EXPECT_EQ(seen.value(), 9) << "map tasks of a shuffle run once";
  seen.reset();
  rdd.cache().count();
  rdd.count();
  EXPECT_EQ(seen.value(), 9);
}

TEST(Accumulator, IsNotReadInsideOfATask) {
  const LongAccumulator sum;
  EXPECT_THROW(rddOf<int>(Shape{}, {1}).foreach ([sum](int) { static_cast<void>(sum.value()); }),
               TaskFailure);
  EXPECT_THROW(rddOf<int>(Shape{}, {1}).foreach ([sum](int) { sum.reset(); }), TaskFailure);
}

/// A kind of its own: the words seen, by length.
struct Words {
  std::map<std::size_t, std::set<std::string>> byLength;
  void add(const std::string& word) { byLength[word.size()].insert(word); }
  void merge(const Words& other) {
    for (const auto& [length, words] : other.byLength) byLength[length].insert(words.begin(), words.end());
  }
  std::map<std::size_t, std::size_t> value() const {
    std::map<std::size_t, std::size_t> counts;
    for (const auto& [length, words] : byLength) counts[length] = words.size();
    return counts;
  }
};
/// One whose zero is not zero.
struct Smallest {
  int smallest = std::numeric_limits<int>::max();
  void add(int x) { smallest = std::min(smallest, x); }
  void merge(const Smallest& other) { add(other.smallest); }
  int value() const { return smallest; }
};

TEST(Accumulator, MayBeOfAnyKind) {
  const Accumulator words{Words()};
  const Accumulator smallest{Smallest()};
  rddOf<std::string>(Shape{.partitions = 3, .threads = 2}, {"a", "bb", "a", "c"})
      .foreach ([=](const std::string& word) {
        words.add(word);
        smallest.add(static_cast<int>(word.size()));
      });
  EXPECT_EQ(words.value(), (std::map<std::size_t, std::size_t>{{1, 2}, {2, 1}}));
  EXPECT_EQ(smallest.value(), 1);
}

TEST(Accumulator, OfWholeNumbersWrapsAsInJava) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const LongAccumulator sum;
  sum.add(kMost);
  sum.add(std::int64_t{1});
  EXPECT_EQ(sum.value(), std::numeric_limits<std::int64_t>::min());
  rddOf<int>(Shape{.partitions = 2, .threads = 2}, {1, 2}).foreach ([=](int) { sum.add(kMost); });
  EXPECT_EQ(sum.value(), kMost - 1) << "what tasks add, too";
  EXPECT_EQ(sum.count(), 4);
}

}  // namespace
}  // namespace millrace
