#include <millrace/contexts/scheduler/health_log.hpp>

#include <millrace/base/log.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace millrace::core {

namespace {

/// The output of the batch that took longest, and how long.
std::string slowestOutput(const BatchInfo& batch) {
  const OutputOperationInfo* slowest = nullptr;
  for (const auto& [id, output] : batch.outputOperationInfos) {
    if (slowest == nullptr || output.duration().value_or(0) > slowest->duration().value_or(0))
      slowest = &output;
  }
  if (slowest == nullptr) return "none";
  return slowest->name + ", " + std::to_string(slowest->duration().value_or(0)) + " ms";
}

}  // namespace

HealthLog::HealthLog(std::shared_ptr<Clock> clock, std::shared_ptr<const ProgressListener> progress,
                     std::int64_t interval, std::int64_t batch)
    : clock_(std::move(clock)),
      progress_(std::move(progress)),
      interval_(interval),
      batch_(batch),
      last_{clock_->now(), 0, 0} {}

void HealthLog::onBatchCompleted(const BatchInfo& batch) {
  const std::int64_t now = clock_->now();
  if (now - last_.time < interval_) return;
  auto gauges = progress_->gauges(now);
  const Seen seen{now, gauges["totalCompletedBatches"], gauges["totalProcessedRecords"]};
  const std::int64_t records = seen.records - last_.records;
  const std::int64_t behind = now - batch.batchTime.milliseconds();
  const bool falls = behind > batch_;
  log(falls ? LogLevel::kWarning : LogLevel::kInfo, falls ? "health: falling behind" : "health",
      {{"batches", seen.batches - last_.batches},
       {"records", records},
       {"records_per_s", records * 1000 / std::max<std::int64_t>(now - last_.time, 1)},
       {"scheduling_delay_ms", gauges["lastCompletedBatch_schedulingDelay"]},
       {"processing_delay_ms", gauges["lastCompletedBatch_processingDelay"]},
       {"behind_ms", behind},
       {"batches_waiting", gauges["waitingBatches"]},
       {"receivers",
        std::to_string(gauges["activeReceivers"]) + " of " + std::to_string(gauges["receivers"])},
       {"slowest_output", slowestOutput(batch)}});
  last_ = seen;
}

}  // namespace millrace::core
