#pragma once

#include <millrace/dstream/core/time.hpp>

#include <chrono>
#include <string>

namespace millrace::core {

/// Makes the batches of a running context: cut from what was received (micro-batch), or closed in a graph that never
/// ends (continuous).
class BatchGenerator {
 public:
  virtual ~BatchGenerator() = default;

  /// The time of the first batch: the next multiple of the batch interval, strictly after now.
  virtual Time firstBatchTime() const = 0;
  virtual void start(Time firstBatch) = 0;
  /// No further batch; waits for the one being made until `deadline`, false if it is still being made then. With
  /// `finish`, what was received and has no batch yet gets one more, at the next batch time, without waiting for it.
  virtual bool stop(bool finish, std::chrono::steady_clock::time_point deadline) = 0;
  /// What it makes at this moment, for whoever waits: "the making of batch 3000 ms", or empty.
  virtual std::string runningNow() const = 0;
  /// True while a batch's jobs are being made by the calling thread.
  virtual bool isGeneratingThread() const = 0;
};

}  // namespace millrace::core
