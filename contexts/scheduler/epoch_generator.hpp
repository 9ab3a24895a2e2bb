#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/scheduler/batch_generator.hpp>
#include <millrace/contexts/scheduler/batch_observer.hpp>
#include <millrace/contexts/scheduler/batch_ticker.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>
#include <millrace/contexts/scheduler/epoch_driver.hpp>
#include <millrace/contexts/scheduler/epoch_sources.hpp>
#include <millrace/contexts/scheduler/input_hold.hpp>
#include <millrace/contexts/scheduler/job_scheduler.hpp>
#include <millrace/contexts/scheduler/stall_watch.hpp>
#include <millrace/continuous/live_graph.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace millrace::core {

/// Runs a program as a long-lived graph: records flow as they arrive, and every batch interval a marker closes an epoch,
/// whose jobs then run as a batch's do.
///
/// An epoch goes from part to part: the ticker begins it, the sources send its records and markers, the graph closes it,
/// the driver has its jobs made, the scheduler runs them. With kMostOpen epochs on this way no further one begins, and
/// receivers and polled partitions are held until one may, so that the epoch that gathers does not grow meanwhile.
///
/// Make it with make_shared: threads that cannot be stopped keep it.
class EpochGenerator final : public BatchGenerator, public std::enable_shared_from_this<EpochGenerator> {
 public:
  static constexpr std::size_t kMostOpen = 4;

  EpochGenerator(std::shared_ptr<StreamGraph> graph, std::shared_ptr<ReceiverTracker> tracker,
                 std::shared_ptr<JobScheduler> scheduler, std::shared_ptr<InputHold> hold,
                 std::shared_ptr<ContextWaiter> waiter, std::shared_ptr<Clock> clock,
                 std::shared_ptr<BatchObserver> observer = nullptr);

  Time firstBatchTime() const override { return ticker_.firstTime(); }
  void open() override;
  void makeAgain(Time time, bool alone, const std::stop_token& stop) override;
  void start(Time firstBatch) override;
  bool stop(bool finish, std::chrono::steady_clock::time_point deadline) override;
  std::int64_t sourceWaits() const override;
  std::string runningNow() const override;
  bool isGeneratingThread() const override { return ticker_.isMakingThread() || driver_.isOwnThread(); }

 private:
  bool awaitRoom(const std::stop_token& stop) const;
  /// Waits until fewer than so many epochs are open. False after a stop, or when the run has failed.
  bool awaitFewerThan(std::size_t most, const std::stop_token& stop) const;
  std::size_t openEpochs() const;
  void awaitProgress(std::size_t most) const;
  void begin(Time time);
  void onClosed(Epoch epoch, EpochResult result);
  void onFailed(std::exception_ptr failure, Epoch epoch);
  bool hasFailed() const;
  void makeJobs(ClosedEpoch& epoch) const;
  std::vector<Job> jobsOf(ClosedEpoch& epoch, std::map<int, StreamInputInfo>& inputs) const;
  std::vector<Job> failedJobs(Time time) const;
  /// Ends the run: neither receivers nor the graph's threads wait any more. Does not wait for user functions.
  void endRun();

  const std::shared_ptr<StreamGraph> graph_;
  const std::shared_ptr<ReceiverTracker> tracker_;
  const std::shared_ptr<JobScheduler> scheduler_;
  const std::shared_ptr<InputHold> hold_;
  const std::shared_ptr<ContextWaiter> waiter_;
  const std::shared_ptr<Clock> clock_;
  const std::shared_ptr<BatchObserver> observer_;  // null: nobody observes
  mutable Mutex mutex_;
  std::map<Epoch, BegunEpoch> begun_ MILLRACE_GUARDED_BY(mutex_);
  bool hasFailed_ MILLRACE_GUARDED_BY(mutex_) = false;
  EpochDriver driver_;
  std::unique_ptr<LiveGraph> live_;  // after all that its threads use when they close an epoch or fail
  std::optional<EpochSources> sources_;
  BatchTicker ticker_;
  std::optional<StallWatch> stallWatch_;
  std::optional<DetachableThread> ending_;
};

}  // namespace millrace::core
