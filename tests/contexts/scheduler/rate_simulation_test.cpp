#include <millrace/contexts/scheduler/rate_controller.hpp>
#include <millrace/io/rate_limiter.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

/// A program under back-pressure, as arithmetic: an endless backlog of records, a rate limit, batches that are made at each
/// interval and processed one after the other, with so many records a second, and what the controller says of those that
/// have ended.
class SimulatedProgram {
 public:
  struct Shape {
    std::int64_t interval = 1000;  // ms
    std::int64_t initialRate = 1000;
    PidRateEstimator::Gains gains = {};
    std::int64_t overhead = 0;  // ms that a batch takes however few records it has
  };
  struct Batch {
    std::int64_t records = 0;
    std::int64_t highestRate = 0;  // that the limit had while they came
    std::int64_t waited = 0;       // scheduling delay, ms
  };

  explicit SimulatedProgram(const Shape& shape)
      : shape_(shape),
        limiter_(clock_, 0, shape.initialRate, kBurst),
        controller_([this](int, std::int64_t rate) { limiter_.updateRate(rate); },
                    PidRateEstimator(shape.interval, shape.gains)) {}

  /// Receives for an interval and makes a batch of that, which is processed with `speed` records a second.
  Batch step(double speed) {
    Batch batch;
    const std::int64_t time = clock_->now() + shape_.interval;
    while (clock_->now() < time) {
      clock_->setTime(std::min(clock_->now() + kBurst / 2, time));
      complete();
      batch.highestRate = std::max(batch.highestRate, limiter_.currentLimit());
      batch.records += static_cast<std::int64_t>(limiter_.take(std::numeric_limits<std::size_t>::max()));
    }
    BatchInfo info;
    info.streamIdToInputInfo[0] = {.inputStreamId = 0, .numRecords = batch.records};
    info.submissionTime = time;
    info.processingStartTime = std::max(time, busyUntil_);
    const double needs = std::ceil(static_cast<double>(batch.records) / speed * 1000);
    busyUntil_ =
        *info.processingStartTime + shape_.overhead + static_cast<std::int64_t>(std::min(needs, kLongestMs));
    info.processingEndTime = busyUntil_;
    batch.waited = *info.schedulingDelay();
    submitted_.push_back(std::move(info));
    return batch;
  }

  std::int64_t rate() const { return limiter_.currentLimit(); }

  static constexpr std::int64_t kBurst = 200;  // ms
  static constexpr double kLongestMs = 1e9;  // of a batch: wild rates take no more time than numbers can hold

 private:
  void complete() {
    while (!submitted_.empty() && *submitted_.front().processingEndTime <= clock_->now()) {
      controller_.onBatchCompleted(submitted_.front());
      submitted_.pop_front();
    }
  }

  const Shape shape_;
  const std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  RateLimiter limiter_;
  RateController controller_;
  std::deque<BatchInfo> submitted_;
  std::int64_t busyUntil_ = 0;
};

/// From 1 to 10^`digits`, each order of magnitude as likely as the other.
double anyMagnitude(std::mt19937_64& random, double digits) {
  return std::pow(10, std::uniform_real_distribution<double>(0, digits)(random));
}

TEST(RateSimulation, AMillionBatchesAndNoneWithoutALimit) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> gain(0, 3);
  for (int run = 0; run < 1000; ++run) {
    SimulatedProgram::Shape shape;
    shape.interval = 100 * static_cast<std::int64_t>(1 + random() % 20);
    shape.initialRate = static_cast<std::int64_t>(anyMagnitude(random, 9));
    const bool tame = run % 2 == 0;
    shape.gains = {.proportional = tame ? gain(random) / 3 : gain(random),
                   .integral = gain(random),
                   .derived = tame ? 0 : gain(random),
                   .minRate = anyMagnitude(random, 4) / 1000};
    shape.overhead = static_cast<std::int64_t>(random() % 3) * shape.interval / 4;
    SimulatedProgram program(shape);
    double speed = anyMagnitude(random, 7);
    double most = tame ? std::max(static_cast<double>(shape.initialRate), shape.gains.minRate) : 1e15;
    for (int step = 0; step < 1000; ++step) {
      if (random() % 50 == 0) speed = anyMagnitude(random, 7);
      most = std::max(most, speed);
      const auto batch = program.step(speed);
      const double time = static_cast<double>(shape.interval + SimulatedProgram::kBurst) / 1000;
      ASSERT_LE(static_cast<double>(batch.records), static_cast<double>(batch.highestRate) * time + 1)
          << "run " << run << ", batch " << step;
      ASSERT_GE(program.rate(), 1);
      ASSERT_LE(static_cast<double>(program.rate()), most) << "run " << run << ", batch " << step;
    }
  }
}

TEST(RateSimulation, SettlesAtWhatTheOutputsCanTake) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int run = 0; run < 200; ++run) {
    SimulatedProgram::Shape shape;
    const double speed = 1000 * anyMagnitude(random, 4);
    shape.initialRate = static_cast<std::int64_t>(speed * (0.2 + static_cast<double>(random() % 16) / 10));
    SimulatedProgram program(shape);
    for (int step = 0; step < 60; ++step) {
      const double noise = 0.9 + static_cast<double>(random() % 200) / 1000;
      const auto batch = program.step(speed * noise);
      if (step < 30) continue;
      ASSERT_LT(batch.waited, shape.interval) << "run " << run << ", batch " << step;
      ASSERT_LE(static_cast<double>(batch.records), 2 * speed) << "run " << run << ", batch " << step;
      ASSERT_GE(static_cast<double>(program.rate()), speed / 2) << "run " << run << ", batch " << step;
    }
  }
}

}  // namespace
}  // namespace millrace::core
