#include <millrace/contexts/scheduler/progress_listener.hpp>

#include <algorithm>

namespace millrace::core {

namespace {

constexpr std::int64_t kUnknown = -1;

std::int64_t count(std::size_t number) { return static_cast<std::int64_t>(number); }

void addTimes(const std::string& prefix, const std::optional<BatchInfo>& batch,
              ProgressListener::Gauges& to) {
  to[prefix + "_submissionTime"] = batch ? batch->submissionTime : kUnknown;
  to[prefix + "_processingStartTime"] = batch ? batch->processingStartTime.value_or(kUnknown) : kUnknown;
  to[prefix + "_processingEndTime"] = batch ? batch->processingEndTime.value_or(kUnknown) : kUnknown;
}

}  // namespace

void ProgressListener::onReceiverStarted(const ReceiverInfo& receiver) {
  MutexLock lock(mutex_);
  receivers_[receiver.streamId] = true;
}

void ProgressListener::onReceiverStopped(const ReceiverInfo& receiver) {
  MutexLock lock(mutex_);
  receivers_[receiver.streamId] = false;
}

void ProgressListener::onBatchSubmitted(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  waiting_.insert(batch.batchTime);
  received_ += batch.numRecords();
  lastReceived_ = batch;
}

void ProgressListener::onBatchStarted(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  waiting_.erase(batch.batchTime);
  running_.insert(batch.batchTime);
  if (lastReceived_ && lastReceived_->batchTime == batch.batchTime) lastReceived_ = batch;
}

void ProgressListener::onBatchCompleted(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  waiting_.erase(batch.batchTime);
  running_.erase(batch.batchTime);
  ++completed_;
  processed_ += batch.numRecords();
  lastCompleted_ = batch;
  if (lastReceived_ && lastReceived_->batchTime == batch.batchTime) lastReceived_ = batch;
}

void ProgressListener::onCheckpointCompleted(const CheckpointInfo& checkpoint) {
  if (checkpoint.failureReason) return;
  MutexLock lock(mutex_);
  checkpointed_ = checkpoint.batchTime;
  checkpointBytes_ = checkpoint.bytes;
}

void ProgressListener::onGoneOn(Time time) {
  MutexLock lock(mutex_);
  checkpointed_ = time;
}

ProgressListener::Gauges ProgressListener::gauges(std::int64_t now) const {
  MutexLock lock(mutex_);
  Gauges gauges;
  gauges["receivers"] = count(receivers_.size());
  gauges["activeReceivers"] = std::ranges::count_if(receivers_, [](const auto& run) { return run.second; });
  gauges["totalCompletedBatches"] = completed_;
  gauges["totalReceivedRecords"] = received_;
  gauges["totalProcessedRecords"] = processed_;
  gauges["unprocessedBatches"] = count(waiting_.size() + running_.size());
  gauges["waitingBatches"] = count(waiting_.size());
  gauges["runningBatches"] = count(running_.size());
  gauges["retainedCompletedBatches"] = lastCompleted_ ? 1 : 0;
  addTimes("lastCompletedBatch", lastCompleted_, gauges);
  addTimes("lastReceivedBatch", lastReceived_, gauges);
  const BatchInfo& last = lastCompleted_ ? *lastCompleted_ : BatchInfo();
  gauges["lastCompletedBatch_processingDelay"] = last.processingDelay().value_or(kUnknown);
  gauges["lastCompletedBatch_schedulingDelay"] = last.schedulingDelay().value_or(kUnknown);
  gauges["lastCompletedBatch_totalDelay"] = last.totalDelay().value_or(kUnknown);
  gauges["lastReceivedBatch_records"] = lastReceived_ ? lastReceived_->numRecords() : kUnknown;
  gauges["checkpointAgeMs"] = checkpointed_ ? now - checkpointed_->milliseconds() : kUnknown;
  gauges["checkpointBytes"] = checkpointBytes_.value_or(kUnknown);
  return gauges;
}

}  // namespace millrace::core
