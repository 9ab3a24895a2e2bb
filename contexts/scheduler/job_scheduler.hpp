#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/detachable_thread.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>
#include <millrace/contexts/scheduler/streaming_bus.hpp>
#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {

/// Told, at once and one call at a time, what becomes of the batches of a scheduler, which it must not call.
struct BatchWatch {
  virtual ~BatchWatch() = default;
  /// It has nothing to run.
  virtual void onBatchWithoutJobs(const BatchInfo& batch) = 0;
  virtual void onBatchSubmitted(const BatchInfo& batch) = 0;
  virtual void onBatchStarted(const BatchInfo& batch) = 0;
  virtual void onBatchEnded(const BatchInfo& batch) = 0;
};

/// Runs the jobs of batches on `threads` threads, first in, first out: with one, strictly one output after another,
/// batch after batch. A job that fails is reported to the waiter and to listeners; the others go on. Each runs with the
/// local properties of the thread that made the scheduler, but for its job group, and with the time of its batch and the
/// id of its output. Thread-safe.
class JobScheduler {
 public:
  /// Told when all jobs of a batch have ended, by the thread that ran the last one.
  using BatchEnd = std::function<void(Time batchTime, bool succeeded)>;

  /// `watch` may be null.
  JobScheduler(int threads, std::shared_ptr<Clock> clock, std::shared_ptr<StreamingBus> bus,
               std::shared_ptr<ContextWaiter> waiter, BatchEnd batchEnd,
               std::shared_ptr<BatchWatch> watch = nullptr);
  /// Stops at once.
  ~JobScheduler();
  JobScheduler(const JobScheduler&) = delete;
  JobScheduler& operator=(const JobScheduler&) = delete;

  /// Queues the jobs of a batch. A batch without jobs has no event; it ends at once, so that what was remembered for it is
  /// dropped, unless earlier batches are still to end: then the next end drops it.
  void submit(Time batchTime, std::vector<Job> jobs, std::map<int, StreamInputInfo> inputs);
  /// Queues a batch whose jobs could not be made, because of `cause`: it fails when its turn comes, and listeners are told
  /// as of any other that fails, with an output "making its jobs". `others` are jobs that it has all the same.
  void submitFailed(Time batchTime, std::vector<Job> others, std::map<int, StreamInputInfo> inputs,
                    std::exception_ptr cause);

  /// Batches submitted whose jobs have not all ended.
  std::size_t pendingBatches() const;
  /// Waits until fewer than `count` batches are pending; false when `deadline` passed first, or it was stopped.
  bool awaitFewerThan(std::size_t count, std::chrono::steady_clock::time_point deadline) const;
  /// Which outputs run at this moment, to be named where somebody has to wait for them: "batch 3000 ms, print #4"; empty
  /// if none does.
  std::string runningNow() const;
  /// True on a thread that runs a job of this scheduler.
  bool isJobThread() const;

  /// Drops jobs that have not begun, and waits for the others until `deadline`. False if one still runs then; its thread
  /// is left to itself and keeps alive what it uses.
  bool stop(std::chrono::steady_clock::time_point deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::vector<DetachableThread> threads_;
};

}  // namespace millrace::core
