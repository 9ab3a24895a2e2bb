#pragma once

#include <millrace/dstream/core/time.hpp>

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

namespace millrace::core {

/// Makes the batches of a running context, one per batch interval, and hands their jobs to the scheduler. In micro-batch
/// mode a batch is what was received since the one before; in continuous mode it is an epoch of a graph that never ends.
class BatchGenerator {
 public:
  virtual ~BatchGenerator() = default;

  /// The time of the first batch: the next multiple of the batch interval, strictly after now.
  virtual Time firstBatchTime() const = 0;
  /// Makes ready for what receivers send, which may come from now on.
  virtual void open() {}
  /// Makes the batch of a time once more that an earlier run has made, whose sources know what it reads. Waits until there is
  /// room for it, and with `alone` until it is over. A stop ends that. Before receivers and timer start, with rising times.
  virtual void makeAgain(Time time, bool alone, const std::stop_token& stop) = 0;
  /// Makes batches from this time on.
  virtual void start(Time firstBatch) = 0;
  /// Makes no further batch. Waits for the one that is being made; false if it still is at `deadline`. With `finish`, what
  /// was received and has no batch yet gets one more, if there is time, which has the next batch time but does not wait
  /// for it.
  virtual bool stop(bool finish, std::chrono::steady_clock::time_point deadline) = 0;
  /// How often a source had to wait, because what it sent before was still on its way or waited for its batch.
  virtual std::int64_t sourceWaits() const = 0;
  /// What is being made at this moment, to be named where a stop has to wait for it: "the making of batch 3000 ms"; empty
  /// if nothing is.
  virtual std::string runningNow() const = 0;
  /// True if the calling thread is making a batch or its jobs: it must not wait for the generator's stop.
  virtual bool isGeneratingThread() const = 0;
};

}  // namespace millrace::core
