#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/contexts/scheduler/job_scheduler.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace millrace::core {

/// Holds the inputs of a run while more comes than can be worked on: receivers can store nothing then and polled partitions
/// give nothing but marks, so that it waits where it comes from.
///
/// While a batch runs, and after one that ended more than half an interval late, inputs are held as soon as more records wait than
/// could be worked on in kMostIntervals batch intervals, at the speed of the batch that ended last, or than kMostTimes its
/// records; before one has ended, as soon as a batch with records waits. They are held, too, while no further batch may be
/// made, or while the run has no memory for more. Nor does a receiver gather more than may still wait.
///
/// So what waits is the work of a few intervals, however fast it comes, and a batch that is slow now and then holds nothing up
/// where there is time to spare. Where only every n-th batch has jobs, as below a window that slides by n intervals, these n
/// batches count as one, and n intervals as one. Thread-safe.
class InputHold final : public BatchWatch, public std::enable_shared_from_this<InputHold> {
 public:
  static constexpr std::int64_t kMostIntervals = 2;
  /// For so many times its own records a batch vouches: a small one may be quick where a large one is not. It takes nothing
  /// back then that a larger one has vouched for.
  static constexpr double kMostTimes = 10;
  /// So many may always wait: a batch of few records that takes long for another reason says nothing of their speed.
  static constexpr std::int64_t kLeastRecords = 100;

  /// With `mostBatches` pending no further batch may be made.
  InputHold(std::shared_ptr<const StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
            std::size_t mostBatches);

  /// Has the inputs tell what comes. Before they start.
  void watchInputs();
  /// Says that what comes from now on belongs to a later batch.
  void onBatchMade();
  /// Says whether, whatever is pending, no further batch may be made.
  void setFull(bool full);
  /// Says whether the run has memory for what may come.
  void setMemoryFull(bool full);
  /// How often the inputs were held.
  std::int64_t holds() const;

  void onBatchWithoutJobs(const BatchInfo& batch) override;
  void onBatchSubmitted(const BatchInfo& batch) override;
  void onBatchStarted(const BatchInfo& batch) override;
  void onBatchEnded(const BatchInfo& batch) override;

 private:
  /// What the jobs of a batch work on: its records, and those of the batches without jobs before it.
  struct Work {
    std::int64_t records = 0;
    std::int64_t batches = 0;
  };

  void onReceived(std::size_t records);
  void decide() MILLRACE_REQUIRES(mutex_);
  void note(const Work& work, const BatchInfo& batch) MILLRACE_REQUIRES(mutex_);
  bool isBounded() const MILLRACE_REQUIRES(mutex_) { return running_ > 0 || isBusy_; }
  bool mustHold() const MILLRACE_REQUIRES(mutex_);

  const std::shared_ptr<const StreamGraph> graph_;
  const std::shared_ptr<ReceiverTracker> tracker_;
  const std::size_t mostBatches_;
  std::atomic<std::int64_t> received_ = 0;  // records that no batch has been made of
  std::atomic<std::int64_t> room_;          // more of these cannot wait now
  mutable Mutex mutex_;
  Work passed_ MILLRACE_GUARDED_BY(mutex_);  // batches without jobs, after the last one with jobs
  std::map<Time, Work> pending_
      MILLRACE_GUARDED_BY(mutex_);                        // by batch that has jobs which have not all ended
  std::size_t running_ MILLRACE_GUARDED_BY(mutex_) = 0;   // of these
  std::int64_t waiting_ MILLRACE_GUARDED_BY(mutex_) = 0;  // records of those of them that have not started
  bool isBusy_ MILLRACE_GUARDED_BY(mutex_) = false;       // the last batch ended late
  std::optional<std::int64_t> most_ MILLRACE_GUARDED_BY(mutex_);  // so many records may wait
  bool full_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool memoryFull_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool held_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::int64_t holds_ MILLRACE_GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::core
