#pragma once

#include <millrace/contexts/scheduler/pid_rate_estimator.hpp>
#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include <cstdint>
#include <functional>
#include <map>

namespace millrace::core {

/// Back-pressure of a micro-batch run: after each batch it says of each input that knows its records how many a second the
/// outputs can take. (Spark: RateController) In a continuous run nobody has to say that: a source waits as long as its
/// records are on their way.
class RateController final : public StreamingListener {
 public:
  /// Limits an input from now on, in records per second.
  using SetRate = std::function<void(int input, std::int64_t rate)>;

  /// Each input gets an estimator that is a copy of `fresh`.
  RateController(SetRate setRate, const PidRateEstimator& fresh);

  void onBatchCompleted(const BatchInfo& batch) override;

 private:
  const SetRate setRate_;
  const PidRateEstimator fresh_;
  std::map<int, PidRateEstimator> estimators_;  // by input
};

}  // namespace millrace::core
