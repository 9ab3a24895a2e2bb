#pragma once

#include <cstdint>
#include <optional>

namespace millrace::core {

/// Says from how batches fared how many records a second the next ones can take. The rate of the newest batch is what its
/// outputs achieved; the difference to the rate allowed is the error, what waited before the batch is the error so far. A rate
/// is never below the lowest one that was set, and never without bound.
/// (Spark: PIDRateEstimator)
class PidRateEstimator {
 public:
  struct Gains {
    double proportional = 1.0;
    double integral = 0.2;
    double derived = 0.0;
    double minRate = 100;  // records/s
  };

  /// `batch` in ms. IllegalArgument unless batch and minRate are positive and no gain is negative.
  PidRateEstimator(std::int64_t batch, const Gains& gains);

  /// The new rate in records/s after a batch that ended at `time`, with so many records, which were processed for
  /// `processingDelay` after they had waited for `schedulingDelay`, all in ms. Nothing for the first batch, and for one
  /// that tells nothing: without records or time, or no later than the one before.
  std::optional<double> compute(std::int64_t time, std::int64_t records, std::int64_t processingDelay,
                                std::int64_t schedulingDelay);

 private:
  struct Latest {
    std::int64_t time;
    double rate;
    double error;
  };

  double batch_;
  Gains gains_;
  std::optional<Latest> latest_;
};

}  // namespace millrace::core
