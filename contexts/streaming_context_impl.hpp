#pragma once

#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/recovery/recovery.hpp>
#include <millrace/contexts/scheduler/batch_generator.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>
#include <millrace/contexts/scheduler/input_hold.hpp>
#include <millrace/contexts/scheduler/job_scheduler.hpp>
#include <millrace/contexts/scheduler/progress_listener.hpp>
#include <millrace/contexts/scheduler/streaming_bus.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/io/receiver_logs.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace millrace {

/// The life of a context: one state machine for starting and stopping, callable from anywhere.
class StreamingContext::Impl : public std::enable_shared_from_this<StreamingContext::Impl> {
 public:
  Impl(SparkContext core, Duration batchDuration, std::shared_ptr<Clock> ownClock);
  ~Impl();

  void start();
  /// Ends within one deadline, whatever does not end: the timeout of a graceful stop, else two seconds. False if something
  /// is left then; it is named in the log and keeps what it uses.
  bool stop(bool stopSparkContext, bool gracefully);
  bool await(std::optional<std::chrono::milliseconds> timeout);
  StreamingContextState state() const;
  std::map<std::string, std::int64_t> gauges() const;
  /// Waits for a stop that was asked for from inside a batch.
  void awaitStopper();

  const SparkContext sparkContext;
  const std::shared_ptr<Clock> clock;
  const std::shared_ptr<core::StreamGraph> graph;
  const std::shared_ptr<core::StreamingBus> bus;
  const std::shared_ptr<core::ProgressListener> progress;
  const std::shared_ptr<core::ContextWaiter> waiter;

  /// Keeps in this directory how far the program has come. With `goesOn` it begins where an earlier run had come to. Before start.
  void checkpointTo(std::string directory);
  void goOnFrom(const std::string& directory);

 private:
  /// Hands on to listeners what receivers go through.
  struct ReceiversOnBus final : core::ReceiverListener {
    explicit ReceiversOnBus(std::shared_ptr<core::StreamingBus> to) : bus(std::move(to)) {}
    void onReceiverStarted(const ReceiverInfo& receiver) override;
    void onReceiverError(const ReceiverInfo& receiver) override;
    void onReceiverStopped(const ReceiverInfo& receiver) override;
    const std::shared_ptr<core::StreamingBus> bus;
  };
  ReceiversOnBus receivers_;

 public:
  const std::shared_ptr<core::ReceiverTracker> tracker;
  const std::shared_ptr<core::ReceiverLogs> receiverLogs;  // null: receivers have none

 private:
  void addBackpressure(const SparkConf& conf);
  core::Recovery::Settings recoverySettings() const;
  void openCheckpoint() MILLRACE_REQUIRES(changing_);
  void startParts() MILLRACE_REQUIRES(changing_);
  std::shared_ptr<core::BatchGenerator> makeGenerator(const std::shared_ptr<core::JobScheduler>& scheduler,
                                                      const std::shared_ptr<core::InputHold>& hold)
      MILLRACE_REQUIRES(changing_);
  bool stopParts(bool gracefully) MILLRACE_REQUIRES(changing_);
  /// Gives the input whose stop has not ended by `deadline`, to be named; empty if all have.
  std::string stopInputs(std::chrono::steady_clock::time_point deadline);
  bool isOwnThread() const;
  void onSignal(int signal);
  std::chrono::milliseconds gracefulTimeout() const;

  std::stop_source startEnds_;  // a stop waits for the start
  core::Mutex changing_;        // held while starting or stopping
  std::shared_ptr<core::Recovery> recovery_ MILLRACE_GUARDED_BY(changing_);  // null without a checkpoint
  mutable core::Mutex mutex_;
  std::shared_ptr<core::JobScheduler> scheduler_ MILLRACE_GUARDED_BY(mutex_);
  std::shared_ptr<core::BatchGenerator> generator_ MILLRACE_GUARDED_BY(mutex_);
  std::string checkpointDirectory_ MILLRACE_GUARDED_BY(mutex_);
  bool goesOn_ MILLRACE_GUARDED_BY(mutex_) = false;  // with what that directory has
  StreamingContextState state_ MILLRACE_GUARDED_BY(mutex_) = StreamingContextState::INITIALIZED;
  std::unique_ptr<core::DetachableThread> stopper_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace
