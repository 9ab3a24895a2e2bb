#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/mutex.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>

namespace millrace::core {

/// A rate of zero or less stands for no limit, as the documents of Spark say.
std::int64_t noLimitUnlessPositive(std::int64_t rate);

/// How many records a second a receiver may take in. Permits that are not used pile up for one `burst`, no longer: in
/// any time t at most rate × (t + burst) + 1 records pass.
///
/// Any thread may call.
class RateLimiter {
 public:
  static constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

  /// Rates in records per second, `burst` in milliseconds.
  RateLimiter(std::shared_ptr<Clock> clock, std::int64_t maxRate, std::int64_t initialRate,
              std::int64_t burst);

  /// Waits for the permit of one record.
  void acquire();
  /// Takes what is permitted now, at most `wanted`.
  std::size_t take(std::size_t wanted);
  /// The most that `take` can ever give at once.
  std::size_t burst() const;

  std::int64_t currentLimit() const { return limit_.load(std::memory_order_relaxed); }
  /// Ignored unless positive; never above the maximum.
  void updateRate(std::int64_t rate);

  /// While it is held nothing passes, whatever the rate is.
  void hold(bool on);
  /// Bounds what `take` gives at once, whatever the rate is, and so what a receiver gathers before it asks.
  void boundBurst(std::size_t most);
  /// Waits while it is held.
  void awaitRelease();

  /// `limit(false)` lets everything pass until `limit(true)`, and threads that wait go on at once: what has arrived
  /// must not be held up while a receiver stops.
  void limit(bool on);

 private:
  bool passesAll() const { return !limiting_ || (!held_ && currentLimit() == kNoLimit); }
  bool isHeld() const { return held_ && limiting_; }
  void letGo() MILLRACE_REQUIRES(mutex_);
  void refill() MILLRACE_REQUIRES(mutex_);
  double mostPermits() const;

  const std::shared_ptr<Clock> clock_;
  const std::int64_t maxRate_;
  const double burstSeconds_;
  std::atomic<std::int64_t> limit_;
  std::atomic<bool> limiting_ = true;
  std::atomic<bool> held_ = false;
  std::atomic<std::size_t> mostAtOnce_ = std::numeric_limits<std::size_t>::max();
  Mutex mutex_;
  double permits_ MILLRACE_GUARDED_BY(mutex_) = 1;
  std::int64_t refilled_ MILLRACE_GUARDED_BY(mutex_);
  std::stop_source released_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
