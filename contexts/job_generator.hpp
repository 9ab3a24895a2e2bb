#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/recurring_timer.hpp>
#include <millrace/contexts/job_scheduler.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace millrace::core {

/// Makes one batch per interval: gives it what was received, asks the outputs for its jobs and submits them. When
/// kMostPending batches wait, it waits too; the input that comes meanwhile joins a later batch.
class JobGenerator {
 public:
  static constexpr std::size_t kMostPending = 10;

  JobGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
               std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<Clock> clock);

  /// The time of the first batch: the next multiple of the batch interval, strictly after now.
  Time firstBatchTime() const;
  void start(Time firstBatch);
  /// No further batch; waits for the one being made until `deadline`, false if it is still being made then. With
  /// `finish`, what was received and has no batch yet gets one more, at the next batch time, without waiting for it.
  bool stop(bool finish, std::chrono::steady_clock::time_point deadline);
  /// What it makes at this moment, for whoever waits: "the making of batch 3000 ms", or empty.
  std::string runningNow() const;
  /// True while a batch's jobs are being made by the calling thread.
  bool isGeneratingThread() const;

  /// Batch `time` has ended: drops what no later batch can ask for. What a failed batch read is kept one batch longer.
  static void clear(StreamGraph& graph, ReceiverTracker& tracker, Time time, bool succeeded);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace millrace::core
