#include <millrace/contexts/scheduler/pid_rate_estimator.hpp>

#include <millrace/base/error.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <support/seed.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace millrace::parity {
namespace {

using core::PidRateEstimator;
using Json = boost::json::value;

double number(const Json& value) { return value.to_number<double>(); }

/// Of [batch ms, proportional, integral, derivative, least rate].
PidRateEstimator estimatorOf(const Json& row) {
  return {static_cast<std::int64_t>(number(row.at(0))),
          {.proportional = number(row.at(1)),
           .integral = number(row.at(2)),
           .derived = number(row.at(3)),
           .minRate = number(row.at(4))}};
}

/// Of [time, records, processing delay, scheduling delay].
std::optional<double> call(PidRateEstimator& estimator, const std::array<std::int64_t, 4>& arguments) {
  return estimator.compute(arguments[0], arguments[1], arguments[2], arguments[3]);
}
std::array<std::int64_t, 4> argumentsOf(const Json& row) {
  return {row.at(0).as_int64(), row.at(1).as_int64(), row.at(2).as_int64(), row.at(3).as_int64()};
}

TEST(SparkRateEstimator, E01_ThereIsOnlyPid) {
  EXPECT_EQ(config::kBackpressureEstimator.parse("pid"), RateEstimatorKind::kPid);
  EXPECT_THROW(config::kBackpressureEstimator.parse("foo"), IllegalArgument);
}

TEST(SparkRateEstimator, E02_RefusesWhatCannotWork) {
  for (const Json& row : test::vector("E02").at("rows").as_array())
    EXPECT_THROW(estimatorOf(row), IllegalArgument) << row;
}

class SparkRates : public testing::TestWithParam<std::string> {};

TEST_P(SparkRates, Hold) {
  const Json row = test::vector(GetParam());
  PidRateEstimator estimator = estimatorOf(row.at("ctor"));
  for (const Json& step : row.at("calls").as_array()) {
    const auto rate = call(estimator, argumentsOf(step.at(0)));
    ASSERT_EQ(rate.has_value(), !step.at(1).is_null()) << step;
    if (rate) {
      EXPECT_NEAR(*rate, number(step.at(1)), 1e-9) << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Vectors, SparkRates, testing::Values("E03", "E04", "E05", "E06", "X03"),
                         [](const auto& id) { return id.param; });

TEST(SparkRateEstimator, E08_StaysAboveTheLeastRate) {
  PidRateEstimator estimator = estimatorOf(test::vector("E08").at("ctor"));
  for (std::int64_t x = 0; x < 50; ++x) {
    const auto rate = call(estimator, {20 * x, 1, 20, 100});
    EXPECT_EQ(rate, x == 0 ? std::nullopt : std::optional(5.0)) << x;
  }
}

TEST(SparkRateEstimator, E09_FollowsARisingSpeedAtOnce) {
  PidRateEstimator estimator = estimatorOf(test::vector("E09").at("ctor"));
  for (std::int64_t x = 0; x < 50; ++x) {
    const auto rate = call(estimator, {20 * x, 20 * (x + 1), 20, 0});
    ASSERT_EQ(rate.has_value(), x > 0);
    if (!rate) continue;
    EXPECT_NEAR(*rate, 1000.0 * static_cast<double>(x + 1), 1e-6);
  }
}

TEST(SparkRateEstimator, E11_WhatWaitsLowersTheRate) {
  PidRateEstimator estimator = estimatorOf(test::vector("E11").at("ctor"));
  const test::Seed seed;
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> records(1000, 1999), waited(1, 19);
  for (std::int64_t x = 0; x < 50; ++x) {
    const std::int64_t n = records(random);
    const auto rate = call(estimator, {20 * x, n, 20, waited(random)});
    ASSERT_EQ(rate.has_value(), x > 0);
    if (!rate) continue;
    EXPECT_GE(*rate, 10);
    EXPECT_LT(*rate, static_cast<double>(n) / 20 * 1000);
  }
}

TEST(RateEstimator, IsNeverWithoutALimitOnceItHasOne) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int run = 0; run < 1000; ++run) {
    PidRateEstimator estimator(1000, {});
    std::int64_t time = 0;
    for (int batch = 0; batch < 100; ++batch) {
      time += 1 + static_cast<std::int64_t>(random() % 5000);
      const auto rate = estimator.compute(time, 1 + static_cast<std::int64_t>(random() % 1'000'000),
                                          1 + static_cast<std::int64_t>(random() % 10'000),
                                          static_cast<std::int64_t>(random() % 100'000));
      ASSERT_EQ(rate.has_value(), batch > 0);
      if (!rate) continue;
      ASSERT_GE(*rate, 100);
      ASSERT_LT(*rate, 1e12);
    }
  }
}

}  // namespace
}  // namespace millrace::parity
