#include <millrace/rdd/actions/numeric.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using Counts = std::vector<std::int64_t>;

template <class R>
concept HasSum = requires(R rdd) { rdd.sum(); };

static_assert(HasSum<RDD<int>> && HasSum<RDD<double>> && HasSum<RDD<float>>);
static_assert(!HasSum<RDD<bool>> && !HasSum<RDD<std::string>>);

TEST(Numeric, GivesStatistics) {
  std::vector<int> numbers(5'000);
  std::iota(numbers.begin(), numbers.end(), 1);
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    const auto rdd = rddOf<int>(shape, numbers);
    EXPECT_EQ(rdd.sum(), 12'502'500);
    EXPECT_DOUBLE_EQ(rdd.mean(), 2'500.5);
    EXPECT_NEAR(rdd.variance(), (5'000.0 * 5'000.0 - 1) / 12, 1e-4);
    EXPECT_NEAR(rdd.sampleVariance() * 4'999 / 5'000, rdd.popVariance(), 1e-4);
    EXPECT_DOUBLE_EQ(rdd.stdev(), std::sqrt(rdd.variance()));
    EXPECT_DOUBLE_EQ(rdd.popStdev(), rdd.stdev());
    EXPECT_DOUBLE_EQ(rdd.sampleStdev(), std::sqrt(rdd.sampleVariance()));
    EXPECT_EQ(rdd.stats().count(), 5'000);
    EXPECT_EQ(rdd.stats().max(), 5'000);
    EXPECT_EQ(rddOf<double>(shape, {}).sum(), 0);
    EXPECT_TRUE(std::isnan(rddOf<double>(shape, {}).variance()));
  }
}

TEST(Numeric, HistogramOfSoManyBuckets) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    const auto [bounds, counts] = rddOf<int>(shape, {1, 2, 3, 4, 5, 6, 9}).histogram(4);
    EXPECT_EQ(bounds, (std::vector<double>{1, 3, 5, 7, 9}));
    EXPECT_EQ(counts, (Counts{2, 2, 2, 1}));
    const auto [point, all] = rddOf<double>(shape, {7, 7}).histogram(3);
    EXPECT_EQ(point, (std::vector<double>{7, 7}));
    EXPECT_EQ(all, Counts{2});
    EXPECT_EQ(rddOf<double>(shape, {1, 2, 3, 6}).histogram({0, 2, 5}), (Counts{1, 2}));
    EXPECT_EQ(rddOf<double>(shape, {1, 2, 3, 4}).histogram({0, 2, 4}, true), (Counts{1, 3}));
  }
}

TEST(Numeric, HistogramsThatCannotBe) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const auto rdd = rddOf<double>(Shape{}, {1, 2});
  EXPECT_THROW(rdd.histogram(0), IllegalArgument);
  EXPECT_THROW(rdd.histogram(std::vector<double>{}), IllegalArgument);
  EXPECT_THROW(rdd.histogram(std::vector<double>{1.0}), IllegalArgument);
  EXPECT_THROW(rddOf<double>(Shape{}, {}).histogram(2), Unsupported);
  EXPECT_THROW(rddOf<double>(test::makeEngine(), {}, 0).histogram(2), Unsupported);
  EXPECT_THROW(rddOf<double>(Shape{}, {1, nan}).histogram(2), Unsupported);
  EXPECT_THROW(rddOf<double>(Shape{}, {1, -infinity}).histogram(2), Unsupported);
}

TEST(Numeric, NamesWhatFails) {
  const auto rdd = rddOf<int>(Shape{}, {1, 2}).map([](int) -> int { throw std::runtime_error("no"); });
  EXPECT_THROW(rdd.sum(), TaskFailure);
  EXPECT_THROW(rdd.histogram({0, 1}), TaskFailure);
}

}  // namespace
}  // namespace millrace
