#include <millrace/contexts/scheduler/input_hold.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/polled_source.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

}  // namespace

InputHold::InputHold(std::shared_ptr<const StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                     std::size_t mostBatches)
    : graph_(std::move(graph)), tracker_(std::move(tracker)), mostBatches_(mostBatches), room_(kUnlimited) {}

void InputHold::watchInputs() {
  auto received = [weak = weak_from_this()](std::size_t records) {
    if (auto self = weak.lock()) self->onReceived(records);
  };
  tracker_->onReceived(received);
  for (const InputPtr& input : graph_->inputs()) {
    if (PolledSource* polled = input->polled()) polled->onReceived(received);
  }
}

void InputHold::onReceived(std::size_t records) {
  const auto more = static_cast<std::int64_t>(records);
  if (received_.fetch_add(more) + more <= room_) return;
  MutexLock lock(mutex_);
  decide();
}

void InputHold::onBatchMade() {
  MutexLock lock(mutex_);
  received_ = 0;
  decide();
}

void InputHold::setFull(bool full) {
  MutexLock lock(mutex_);
  full_ = full;
  decide();
}

void InputHold::setMemoryFull(bool full) {
  MutexLock lock(mutex_);
  memoryFull_ = full;
  decide();
}

std::int64_t InputHold::holds() const {
  MutexLock lock(mutex_);
  return holds_;
}

void InputHold::onBatchWithoutJobs(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  passed_.records += batch.numRecords();
  ++passed_.batches;
  decide();
}

void InputHold::onBatchSubmitted(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  Work work = std::exchange(passed_, {});
  work.records += batch.numRecords();
  ++work.batches;
  waiting_ += work.records;
  pending_.emplace(batch.batchTime, work);
  decide();
}

void InputHold::onBatchStarted(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  ++running_;
  waiting_ -= pending_.at(batch.batchTime).records;
  decide();
}

void InputHold::onBatchEnded(const BatchInfo& batch) {
  MutexLock lock(mutex_);
  --running_;
  const auto ended = pending_.extract(batch.batchTime);
  const Work& work = ended.mapped();
  if (work.records > 0) note(work, batch);
  decide();
}

void InputHold::note(const Work& work, const BatchInfo& batch) {
  const std::int64_t available = (graph_->batchDuration() * work.batches).milliseconds();
  isBusy_ = batch.totalDelay().value_or(0) > available / 2;
  const auto time = static_cast<double>(std::max<std::int64_t>(batch.processingDelay().value_or(0), 1));
  const double times = static_cast<double>(available * kMostIntervals) / time;
  const auto most =
      static_cast<std::int64_t>(static_cast<double>(work.records) * std::min(times, kMostTimes));
  const std::int64_t least = times > kMostTimes ? most_.value_or(0) : 0;
  most_ = std::max({kLeastRecords, least, most});
}

void InputHold::decide() {
  room_ = isBounded() && most_ ? *most_ - waiting_ - passed_.records : kUnlimited;
  const bool hold = mustHold();
  tracker_->admit(hold ? 0 : std::max<std::int64_t>(room_ - received_, 1));
  if (std::exchange(held_, hold) == hold) return;
  if (hold) ++holds_;
  for (const InputPtr& input : graph_->inputs()) {
    if (PolledSource* polled = input->polled()) polled->hold(hold);
  }
}

bool InputHold::mustHold() const {
  if (full_ || memoryFull_ || pending_.size() >= mostBatches_) return true;
  return isBounded() && (waiting_ > most_.value_or(0) || received_ > room_);
}

}  // namespace millrace::core
