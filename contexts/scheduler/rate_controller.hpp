#pragma once

#include <millrace/contexts/scheduler/pid_rate_estimator.hpp>
#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <cstdint>
#include <map>
#include <memory>

namespace millrace::core {

/// Back-pressure of a micro-batch run: after each batch it tells the receivers of each stream how many records a second the
/// outputs can take. (Spark: RateController) In a continuous run nobody has to tell: a receiver waits as long as its records
/// are on their way.
class RateController final : public StreamingListener {
 public:
  /// `batch` in ms. IllegalArgument as PidRateEstimator.
  RateController(std::shared_ptr<ReceiverTracker> tracker, std::int64_t batch,
                 const PidRateEstimator::Gains& gains);

  void onBatchCompleted(const BatchInfo& batch) override;

 private:
  const std::shared_ptr<ReceiverTracker> tracker_;
  const PidRateEstimator fresh_;
  std::map<int, PidRateEstimator> estimators_;  // by stream
};

}  // namespace millrace::core
