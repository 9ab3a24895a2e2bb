#pragma once

#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace millrace::bench {

/// When which batch ended, as a listener is told.
class CompletedBatches final : public StreamingListener {
 public:
  struct Batch {
    Time time{0};
    std::chrono::steady_clock::time_point ended;
  };

  void onBatchCompleted(const BatchInfo& batch) override;
  /// The batches once there are `count`; throws if that takes longer than a minute.
  std::vector<Batch> await(std::size_t count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Batch> batches_;
};

}  // namespace millrace::bench
