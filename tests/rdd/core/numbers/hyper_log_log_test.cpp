#include <millrace/rdd/core/numbers/hyper_log_log.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

// The root mean square of the relative errors of many estimates.
double errorOf(int p, int sp, int different, std::mt19937_64& random) {
  constexpr int kRounds = 300;
  double squares = 0;
  for (int round = 0; round < kRounds; ++round) {
    HyperLogLog seen(p, sp);
    for (int i = 0; i < different; ++i) seen.add(random());
    const double error = seen.estimate() / different - 1;
    squares += error * error;
  }
  return std::sqrt(squares / kRounds);
}

TEST(HyperLogLog, ErrsAsLittleAsItsPrecisionSays) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int p : {4, 6, 8, 12}) {
    for (int sp : {0, 25}) {
      for (int different : {3, 50, 1'000, 4'000, 30'000}) {
        if (sp == 0 && different < 50) continue;  // two in one register: rare, and then a large error
        const double expected = 1.04 / std::pow(2, p / 2.0);
        EXPECT_LT(errorOf(p, sp, different, random), expected * (p == 4 ? 2 : 1.5))
            << p << " " << sp << " " << different;
      }
    }
  }
  EXPECT_LT(errorOf(8, 25, 20, random), 0.001) << "the sparse form is all but exact";
}

TEST(HyperLogLog, HashesNeedNotBeGood) {
  for (std::uint64_t step : {std::uint64_t{1}, std::uint64_t{1} << 32, std::uint64_t{1} << 44}) {
    HyperLogLog seen(14);
    for (std::uint64_t i = 0; i < 100'000; ++i) seen.add(i * step);
    EXPECT_NEAR(seen.estimate(), 100'000, 3'000) << step;
  }
}

TEST(HyperLogLog, MergesToWhatOneWouldHaveSeen) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  const auto sizes = {0, 20, 5'000};  // nothing, sparse, dense
  for (int sp : {0, 12, 25}) {
    for (int left : sizes) {
      for (int right : sizes) {
        HyperLogLog a(12, sp), b(12, sp), both(12, sp);
        for (int i = 0; i < left + right; ++i) {
          const std::uint64_t hash = random();
          (i < left ? a : b).add(hash);
          both.add(hash);
        }
        a.merge(b);
        EXPECT_DOUBLE_EQ(a.estimate(), both.estimate()) << sp << " " << left << " " << right;
      }
    }
  }
}

TEST(HyperLogLog, PrecisionFollowsTheErrorAskedFor) {
  EXPECT_EQ(HyperLogLog::precisionFor(0.05), 9);
  EXPECT_EQ(HyperLogLog::precisionFor(0.01), 14);
  EXPECT_EQ(HyperLogLog::precisionFor(0.9), 4);
  EXPECT_EQ(HyperLogLog::precisionFor(0.0000171), 32);
}

TEST(HyperLogLog, TakesAnyDeviationAboveTheLeast) {
  EXPECT_EQ(HyperLogLog::precisionFor(1e9), 4);
  EXPECT_EQ(HyperLogLog::precisionFor(HUGE_VAL), 4);
  EXPECT_EQ(HyperLogLog::precisionFor(0.00002), 32);
}

}  // namespace
}  // namespace millrace::core
