#include <millrace/rdd/actions/take_ordered.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

// Vector H09.
TEST(TakeOrdered, GivesTheFirstSorted) {
  std::vector<int> numbers(10);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::vector<int> shuffled(99'999);
  std::iota(shuffled.begin(), shuffled.end(), 1);
  std::ranges::shuffle(shuffled, std::mt19937(7));
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    const auto rdd = rddOf<int>(shape, numbers);
    EXPECT_EQ(rdd.takeOrdered(5), (std::vector{1, 2, 3, 4, 5}));
    EXPECT_EQ(rdd.takeOrdered(5, std::greater<>{}), (std::vector{10, 9, 8, 7, 6}));
    EXPECT_EQ(rdd.takeOrdered(std::numeric_limits<int>::max()), numbers);
    EXPECT_TRUE(rdd.takeOrdered(0).empty());
    EXPECT_TRUE(rdd.takeOrdered(-1).empty());
    EXPECT_TRUE(rddOf<int>(shape, {}).takeOrdered(5).empty());
    const auto letters = rddOf<std::string_view>(shape, {"b", "a", "d", "c"});
    EXPECT_EQ(letters.top(2), (std::vector<std::string>{"d", "c"}));
    EXPECT_EQ(letters.top(2, std::greater<>{}), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(letters.takeOrdered(1, [](const std::string& a, const std::string& b) { return a > b; }),
              std::vector<std::string>{"d"});
  }
  EXPECT_EQ(rddOf<int>(Shape{.partitions = 7, .threads = 4}, shuffled).top(5),
            (std::vector{99'999, 99'998, 99'997, 99'996, 99'995}));
  EXPECT_TRUE(rddOf<int>(test::makeEngine(), {}, 0).top(3).empty());
}

TEST(TakeOrdered, IsThePartOfASort) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> numbers(random() % 60);
    for (int& number : numbers) number = static_cast<int>(random() % 40);
    const int n = static_cast<int>(random() % 70);
    auto expected = numbers;
    std::ranges::sort(expected);
    expected.resize(std::min(expected.size(), static_cast<std::size_t>(n)));
    ASSERT_EQ(rddOf<int>(Shape{.partitions = static_cast<int>(1 + random() % 6)}, numbers).takeOrdered(n),
              expected);
  }
}

TEST(TakeOrdered, ReportsWhatTheOrderThrows) {
  try {
    rddOf<int>(Shape{.partitions = 1}, {2, 1}).top(1, [](int, int) -> bool {
      throw std::runtime_error("no order");
    });
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "top failed in partition 0: no order");
  }
}

}  // namespace
}  // namespace millrace
