#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/mutex.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

namespace millrace {

/// Calls a function at multiples of a period, on a thread of its own, one call after the other.
///
/// A tick is missed when the next one is due already. Missed ticks are made up one by one and in order, but
/// at most ten in a row; those beyond are skipped, and the timer goes on with the newest tick that is due.
class RecurringTimer {
 public:
  /// Gets the time the tick was due, in milliseconds. What the callback throws is logged, and the next tick comes as
  /// usual.
  using Callback = std::function<void(std::int64_t time)>;

  static constexpr int kMostMadeUp = 10;

  /// `periodMs` must be positive (IllegalArgument). `name` says in logs and errors which timer it is.
  RecurringTimer(std::shared_ptr<Clock> clock, std::int64_t periodMs, Callback callback, std::string name);

  /// Stops as `stop(true)` does. Must not run inside the callback.
  ~RecurringTimer();

  RecurringTimer(const RecurringTimer&) = delete;
  RecurringTimer& operator=(const RecurringTimer&) = delete;

  /// The first multiple of the period strictly after now.
  std::int64_t getStartTime() const;

  /// The first time strictly after now that is a whole number of periods away from `originalStartTime`.
  std::int64_t getRestartTime(std::int64_t originalStartTime) const;

  /// Starts with the tick at getStartTime(), or at `startTime`, and returns its time. Once only
  /// (IllegalState).
  std::int64_t start();
  std::int64_t start(std::int64_t startTime);

  /// Returns the time of the last tick called back, -1 when there was none, once no callback runs any more.
  /// With `interrupt` a wait for the next tick ends at once. Without, the tick waited for still comes, and
  /// one more after it; a stop(true) by another thread cuts this short. IllegalState inside the callback.
  std::int64_t stop(bool interrupt);

  /// True as soon as stop was called, though ticks may still follow.
  bool isStopping() const { return stopping_; }

 private:
  void run(std::int64_t next);
  void callBack(std::int64_t time) const;

  const std::shared_ptr<Clock> clock_;
  const std::int64_t period_;
  const Callback callback_;
  const std::string name_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> last_ = -1;
  std::atomic<std::thread::id> runner_;
  std::stop_source interrupt_;
  core::Mutex mutex_;
  std::thread thread_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace
