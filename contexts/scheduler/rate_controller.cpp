#include <millrace/contexts/scheduler/rate_controller.hpp>

#include <algorithm>
#include <utility>

namespace millrace::core {

RateController::RateController(SetRate setRate, const PidRateEstimator& fresh)
    : setRate_(std::move(setRate)), fresh_(fresh) {}

void RateController::onBatchCompleted(const BatchInfo& batch) {
  if (!batch.processingDelay()) return;
  for (const auto& [input, info] : batch.streamIdToInputInfo) {
    PidRateEstimator& estimator = estimators_.try_emplace(input, fresh_).first->second;
    const auto rate = estimator.compute(*batch.processingEndTime, info.numRecords, *batch.processingDelay(),
                                        *batch.schedulingDelay());
    if (rate) setRate_(input, std::max<std::int64_t>(static_cast<std::int64_t>(*rate), 1));
  }
}

}  // namespace millrace::core
