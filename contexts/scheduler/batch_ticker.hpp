#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/base/recurring_timer.hpp>
#include <millrace/dstream/core/time.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace millrace::core {

/// Says when batches are made: at each multiple of the batch interval, on a thread of its own, once there is room for a
/// further batch. Ticks that pass meanwhile are made up for as RecurringTimer does it. A ticker can be stopped although
/// the making of a batch never ends.
class BatchTicker {
 public:
  /// Waits until there is room for a further batch. False if this tick is to pass without a batch; that is expected soon
  /// after a stop was requested.
  using AwaitRoom = std::function<bool(const std::stop_token& stop)>;
  /// Makes the batch of a time.
  using Make = std::function<void(Time time)>;

  /// `name` is what logs call the timer.
  BatchTicker(std::shared_ptr<Clock> clock, Duration interval, std::string name, AwaitRoom awaitRoom,
              Make make);

  /// The next multiple of the interval, strictly after now.
  Time firstTime() const;
  /// Makes the batch of a time on the calling thread, once there is room. False, and no batch, after a stop. Before start.
  bool make(Time time, const std::stop_token& stop);
  void start(Time first);
  /// No tick makes a batch from now on.
  void requestStop();
  /// Requests the stop, and waits for the batch that is being made. False if it still is at `deadline`: then a thread of
  /// its own waits on, and keeps `owner`, which has to hold this ticker and all that `make` uses.
  bool stop(std::chrono::steady_clock::time_point deadline, std::shared_ptr<const void> owner);
  /// Makes the batch after the newest one, whatever time it is and whether there is room or not, on a thread of its own,
  /// which keeps `owner`. False if it is still being made at `deadline`; makes none once that has passed. Throws what
  /// `make` throws by then. After stop.
  bool makeNext(std::chrono::steady_clock::time_point deadline, std::shared_ptr<const void> owner);

  /// The time of the batch that is being made at this moment.
  std::optional<Time> making() const;
  /// True on a thread that makes a batch.
  bool isMakingThread() const;

 private:
  void onTick(Time time);
  void run(Time time) MILLRACE_REQUIRES(mutex_);

  const Duration interval_;
  const AwaitRoom awaitRoom_;
  const Make make_;
  std::stop_source stopping_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::optional<Time> making_ MILLRACE_GUARDED_BY(mutex_);
  Time newest_ MILLRACE_GUARDED_BY(mutex_){0};
  RecurringTimer timer_;  // last, so that it ends before what its thread uses
};

}  // namespace millrace::core
