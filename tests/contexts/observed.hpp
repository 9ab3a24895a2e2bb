#pragma once

#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include "support/observed.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace millrace::test {

/// Writes down the events of batches.
class RecordingListener : public StreamingListener {
 public:
  void onStreamingStarted(std::int64_t time) override { events.add("streaming " + std::to_string(time)); }
  void onBatchSubmitted(const BatchInfo& info) override { events.add("submitted " + text(info.batchTime)); }
  void onBatchStarted(const BatchInfo& info) override { events.add("started " + text(info.batchTime)); }
  void onOutputOperationStarted(const OutputOperationInfo& info) override {
    events.add("output " + std::to_string(info.id) + " of " + text(info.batchTime) + " started");
  }
  void onOutputOperationCompleted(const OutputOperationInfo& info) override {
    events.add("output " + std::to_string(info.id) + " of " + text(info.batchTime) +
               (info.failureReason ? " failed" : " completed"));
  }
  void onBatchCompleted(const BatchInfo& info) override {
    {
      std::lock_guard lock(mutex_);
      completed_.push_back(info);
    }
    events.add("completed " + text(info.batchTime));
  }

  std::vector<BatchInfo> completed() const {
    std::lock_guard lock(mutex_);
    return completed_;
  }

  Happenings events;

 private:
  static std::string text(Time time) { return std::to_string(time.milliseconds()); }

  mutable std::mutex mutex_;
  std::vector<BatchInfo> completed_;
};

}  // namespace millrace::test
