#include <millrace/rdd/stat_counter.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace millrace {
namespace {

TEST(StatCounter, OfNothing) {
  const StatCounter none;
  EXPECT_EQ(none.count(), 0);
  EXPECT_EQ(none.sum(), 0);
  EXPECT_TRUE(std::isnan(none.variance()));
  EXPECT_TRUE(std::isnan(none.sampleVariance()));
  EXPECT_EQ(none.max(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(none.min(), std::numeric_limits<double>::infinity());
}

TEST(StatCounter, ShowsWhatSparkShows) {
  std::ostringstream shown;
  shown << StatCounter(std::vector{2.0, 4.0});
  EXPECT_EQ(shown.str(), "(count: 2, mean: 3.000000, stdev: 1.000000, max: 4.000000, min: 2.000000)");
  EXPECT_GT(StatCounter(std::vector{1e300, -1e300}).toString().size(), 600u);
}

TEST(StatCounter, OneNumberHasNoSampleVariance) {
  StatCounter one;
  one.merge(5);
  EXPECT_EQ(one.variance(), 0);
  EXPECT_TRUE(std::isnan(one.sampleVariance()));
  EXPECT_TRUE(std::isnan(one.sampleStdev()));
}

TEST(StatCounter, IsTheSameHoweverItIsMerged) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> draw(1e6, 3);  // far from 0: sums of squares would lose the variance
  for (int round = 0; round < 50; ++round) {
    std::vector<double> numbers(2 + random() % 3'000);
    for (double& number : numbers) number = draw(random);
    double mean = 0, m2 = 0;
    for (double number : numbers) mean += number / static_cast<double>(numbers.size());
    for (double number : numbers) m2 += (number - mean) * (number - mean);
    StatCounter merged;
    for (std::size_t begin = 0; begin < numbers.size();) {
      const std::size_t size = std::min(numbers.size() - begin, 1 + random() % 2'000);
      merged.merge(StatCounter(std::span(numbers).subspan(begin, size)));
      begin += size;
    }
    const auto n = static_cast<double>(numbers.size());
    EXPECT_EQ(merged.count(), static_cast<std::int64_t>(numbers.size()));
    EXPECT_NEAR(merged.mean(), mean, 1e-6);
    EXPECT_NEAR(merged.popVariance(), m2 / n, 1e-6);
    EXPECT_NEAR(merged.sampleVariance(), m2 / (n - 1), 1e-6);
    EXPECT_NEAR(merged.popStdev() * merged.popStdev(), merged.variance(), 1e-9);
    EXPECT_EQ(merged.max(), *std::ranges::max_element(numbers));
    EXPECT_EQ(merged.min(), *std::ranges::min_element(numbers));
  }
}

TEST(StatCounter, NanSpreads) {
  const double nan = std::nan("");
  for (const std::vector<double>& numbers : {std::vector{nan, 1.0}, std::vector{1.0, nan}}) {
    StatCounter stats(numbers);
    stats.merge(StatCounter(std::vector{0.0, 9.0}));
    EXPECT_TRUE(std::isnan(stats.max()) && std::isnan(stats.min()) && std::isnan(stats.mean()));
    EXPECT_EQ(stats.count(), 4);
  }
}

}  // namespace
}  // namespace millrace
