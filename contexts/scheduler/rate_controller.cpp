#include <millrace/contexts/scheduler/rate_controller.hpp>

#include <utility>

namespace millrace::core {

RateController::RateController(std::shared_ptr<ReceiverTracker> tracker, std::int64_t batch,
                               const PidRateEstimator::Gains& gains)
    : tracker_(std::move(tracker)), fresh_(batch, gains) {}

void RateController::onBatchCompleted(const BatchInfo& batch) {
  if (!batch.processingDelay()) return;
  for (const auto& [stream, input] : batch.streamIdToInputInfo) {
    PidRateEstimator& estimator = estimators_.try_emplace(stream, fresh_).first->second;
    const auto rate = estimator.compute(*batch.processingEndTime, input.numRecords, *batch.processingDelay(),
                                        *batch.schedulingDelay());
    if (rate) tracker_->setRate(stream, static_cast<std::int64_t>(*rate));
  }
}

}  // namespace millrace::core
