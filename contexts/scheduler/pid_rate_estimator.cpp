#include <millrace/contexts/scheduler/pid_rate_estimator.hpp>

#include <millrace/base/error.hpp>

#include <algorithm>
#include <string>

namespace millrace::core {

namespace {

constexpr double kMostRate = 1e15;  // however wild the gains are, a number that can be reckoned with

void require(bool holds, const std::string& what) {
  if (!holds) throw IllegalArgument("back-pressure: " + what);
}

}  // namespace

PidRateEstimator::PidRateEstimator(std::int64_t batch, const Gains& gains)
    : batch_(static_cast<double>(batch)), gains_(gains) {
  require(batch > 0, "the batch interval must be positive");
  require(gains.proportional >= 0, "spark.streaming.backpressure.pid.proportional must not be negative");
  require(gains.integral >= 0, "spark.streaming.backpressure.pid.integral must not be negative");
  require(gains.derived >= 0, "spark.streaming.backpressure.pid.derived must not be negative");
  require(gains.minRate > 0, "spark.streaming.backpressure.pid.minRate must be positive");
}

std::optional<double> PidRateEstimator::compute(std::int64_t time, std::int64_t records,
                                                std::int64_t processingDelay, std::int64_t schedulingDelay) {
  const std::int64_t last = latest_ ? latest_->time : -1;
  if (time <= last || records <= 0 || processingDelay <= 0) return std::nullopt;
  const double rate = static_cast<double>(records) / static_cast<double>(processingDelay) * 1000;
  if (!latest_) {
    latest_ = Latest{time, rate, 0};
    return std::nullopt;
  }
  const double error = latest_->rate - rate;
  const double waited = static_cast<double>(schedulingDelay) * rate / batch_;
  const double change = (error - latest_->error) / (static_cast<double>(time - last) / 1000);
  const double next = std::clamp(
      latest_->rate - gains_.proportional * error - gains_.integral * waited - gains_.derived * change,
      gains_.minRate, std::max(gains_.minRate, kMostRate));
  latest_ = Latest{time, next, error};
  return next;
}

}  // namespace millrace::core
