#pragma once

#include <millrace/base/mutex.hpp>

#include <chrono>
#include <cstdint>
#include <set>
#include <stop_token>

namespace millrace {

/// Where the engine gets the time from: batch times, timeouts and rate limits ask nothing else, so that a
/// test can move time by hand. Passed as `std::shared_ptr<Clock>`. Every method may be called by any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Milliseconds since the epoch.
  virtual std::int64_t now() const = 0;

  /// Blocks until `now() >= time`. False when `stop` was requested first; a token that is stopped already
  /// never waits.
  virtual bool waitUntil(std::int64_t time, std::stop_token stop) const = 0;
};

/// Real time. The wall clock is read once, at construction; from then on time follows the monotonic clock, so that
/// setting the wall clock neither repeats, skips nor bursts batches.
///
/// An idle core takes some 100 µs to wake up. So a waiting thread polls the clock for the last 150 µs of its wait (at most
/// 2 % of it), and sleeps before.
class SystemClock final : public Clock {
 public:
  SystemClock();
  std::int64_t now() const override;
  bool waitUntil(std::int64_t time, std::stop_token stop) const override;

 private:
  std::chrono::milliseconds epochAtStart_;
  std::chrono::steady_clock::time_point start_;
};

/// Time that stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t time = 0) : time_(time) {}

  std::int64_t now() const override;
  bool waitUntil(std::int64_t time, std::stop_token stop) const override;

  /// Moves to `time`, which may lie in the past, and wakes the threads whose time has come.
  void setTime(std::int64_t time);
  void advance(std::int64_t byMs);

  /// Blocks until some thread is waiting for a time of at least `atLeast` that has not come yet; false when
  /// none did within `deadline` of real time. With it a test knows that all work before its next step is
  /// done.
  bool awaitWaiter(std::int64_t atLeast, std::chrono::milliseconds deadline) const;

 private:
  bool isAwaited(std::int64_t atLeast) const MILLRACE_REQUIRES(mutex_);

  mutable core::Mutex mutex_;
  mutable core::ConditionVariable changed_;
  mutable std::multiset<std::int64_t> awaited_ MILLRACE_GUARDED_BY(mutex_);
  std::int64_t time_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace
