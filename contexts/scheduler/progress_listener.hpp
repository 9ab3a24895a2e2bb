#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace millrace::core {

/// Keeps count of a context's batches and receivers, for gauges. Thread-safe. (Spark: StreamingJobProgressListener)
class ProgressListener final : public StreamingListener {
 public:
  using Gauges = std::map<std::string, std::int64_t>;

  void onReceiverStarted(const ReceiverInfo& receiver) override;
  void onReceiverStopped(const ReceiverInfo& receiver) override;
  void onBatchSubmitted(const BatchInfo& batch) override;
  void onBatchStarted(const BatchInfo& batch) override;
  void onBatchCompleted(const BatchInfo& batch) override;
  void onCheckpointCompleted(const CheckpointInfo& checkpoint) override;
  /// An earlier run has left a checkpoint that covers the batch of that time.
  void onGoneOn(Time time);

  /// See StreamingContext::gauges; `now` in ms since the epoch.
  Gauges gauges(std::int64_t now) const;

 private:
  mutable Mutex mutex_;
  std::map<int, bool> receivers_ MILLRACE_GUARDED_BY(mutex_);  // by stream: runs at this moment
  std::set<Time> waiting_ MILLRACE_GUARDED_BY(mutex_);
  std::set<Time> running_ MILLRACE_GUARDED_BY(mutex_);
  std::int64_t completed_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::int64_t received_ MILLRACE_GUARDED_BY(mutex_) = 0;   // records
  std::int64_t processed_ MILLRACE_GUARDED_BY(mutex_) = 0;  // records
  std::optional<BatchInfo> lastReceived_ MILLRACE_GUARDED_BY(mutex_);
  std::optional<BatchInfo> lastCompleted_ MILLRACE_GUARDED_BY(mutex_);
  std::optional<Time> checkpointed_ MILLRACE_GUARDED_BY(mutex_);  // what the newest durable version covers
  std::optional<std::int64_t> checkpointBytes_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
