#include <millrace/contexts/recovery/version_reports.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <utility>

namespace millrace::core {

VersionReports::VersionReports(std::shared_ptr<const Clock> clock, std::shared_ptr<StreamingBus> bus)
    : clock_(std::move(clock)), bus_(std::move(bus)) {}

void VersionReports::onEnd(Time time) { ended_[time] = clock_->now(); }

void VersionReports::onCommitted(const CommitResult& result) {
  CheckpointInfo info;
  info.batchTime = Time(static_cast<std::int64_t>(result.version));
  info.completionTime = clock_->now();
  info.batchEndTime = ended_.at(info.batchTime);
  info.bytes = static_cast<std::int64_t>(result.bytes);
  info.changedKeys = static_cast<std::int64_t>(result.changes);
  info.isWhole = result.isWhole;
  if (result.failure) info.failureReason = describeException(result.failure);
  ended_.erase(ended_.begin(), ended_.upper_bound(info.batchTime));
  bus_->post([info](StreamingListener& to) { to.onCheckpointCompleted(info); });
}

}  // namespace millrace::core
