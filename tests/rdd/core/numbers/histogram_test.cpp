#include <millrace/rdd/core/numbers/histogram.hpp>

#include <millrace/base/error.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using Counts = std::vector<std::int64_t>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(Histogram, LeavesOutWhatIsOutside) {
  for (bool even : {false, true}) {
    Histogram histogram({0, 5, 10}, even);
    histogram.add(std::vector{-0.01, 0.0, 4.99, 5.0, 10.0, 10.01, kNaN, kInfinity, -kInfinity});
    EXPECT_EQ(histogram.counts(), (Counts{2, 2})) << even;
  }
}

TEST(Histogram, FindsEvenBucketsAsIfBySearch) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    const int buckets = static_cast<int>(1 + random() % 20);
    const double min = static_cast<double>(random() % 100),
                 max = min + static_cast<double>(buckets << random() % 4);
    Histogram even(evenBounds(min, max, buckets), true), searched(evenBounds(min, max, buckets), false);
    std::vector<double> numbers;
    for (int i = 0; i < 100; ++i) numbers.push_back(min - 5 + static_cast<double>(random() % 4'000) / 16);
    even.add(numbers);
    searched.add(numbers);
    ASSERT_EQ(even.counts(), searched.counts());
  }
}

TEST(Histogram, MergesCounts) {
  Histogram a({0, 1, 2}, false), b({0, 1, 2}, false);
  a.add(std::vector{0.5});
  b.add(std::vector{0.5, 1.5});
  a.merge(b);
  EXPECT_EQ(a.counts(), (Counts{2, 1}));
}

TEST(Histogram, RefusesBoundsThatAreNone) {
  EXPECT_THROW(Histogram({}, false), IllegalArgument);
  EXPECT_THROW(Histogram({1}, true), IllegalArgument);
  EXPECT_THROW(Histogram({2, 1}, false), IllegalArgument);
  EXPECT_THROW(Histogram({1, kNaN}, false), IllegalArgument);
}

TEST(EvenBounds, SpanFromTheSmallestToTheLargest) {
  EXPECT_EQ(evenBounds(1, 9, 4), (std::vector<double>{1, 3, 5, 7, 9}));
  EXPECT_EQ(evenBounds(0.1, 0.7, 3).back(), 0.7) << "exactly";
  EXPECT_EQ(evenBounds(5, 5, 4), (std::vector<double>{5, 5}));
  EXPECT_THROW(evenBounds(1, 2, 0), IllegalArgument);
  EXPECT_THROW(evenBounds(kInfinity, -kInfinity, 2), Unsupported) << "nothing";
  EXPECT_THROW(evenBounds(1, kInfinity, 2), Unsupported);
  EXPECT_THROW(evenBounds(kNaN, kNaN, 2), Unsupported);
}

}  // namespace
}  // namespace millrace::core
