#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/io/rate_limiter.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace millrace::core {

/// A rate limit that the partitions of a source have in common. Each has an equal share of the rate; what it does not use goes
/// into a pool from which every other may take, so that a partition that lags has what is to spare, and starves none. Permits
/// pile up for one `burst`, in shares and pool together, but a share holds a record at least: in any time t at most
/// rate × (t + burst) + 1 records pass, and one for each sharer.
///
/// Any thread may call.
class RateShares {
 public:
  /// Rates in records per second, `burst` in milliseconds.
  RateShares(std::shared_ptr<Clock> clock, std::int64_t maxRate, std::int64_t initialRate, std::int64_t burst,
             std::size_t sharers);

  /// Takes what is permitted to one of the sharers now, at most `wanted`.
  std::size_t take(std::size_t sharer, std::size_t wanted);
  /// Says that of `taken` permits so many were used. The rest may be taken again. Who used more than it had taken is in debt,
  /// and takes none until its share and the pool have paid that.
  void settle(std::size_t sharer, std::size_t taken, std::size_t used);
  /// When somebody who was given none should ask again, in ms.
  std::int64_t retryAt() const;

  /// While it is held nobody takes any, whatever the rate is, nor needs to ask.
  void hold(bool on);
  /// Ignored unless positive; never above the maximum.
  void updateRate(std::int64_t rate);

 private:
  void refill() MILLRACE_REQUIRES(mutex_);
  double most() const MILLRACE_REQUIRES(mutex_);

  const std::shared_ptr<Clock> clock_;
  const std::int64_t maxRate_;
  const double burstSeconds_;
  mutable Mutex mutex_;
  std::int64_t rate_ MILLRACE_GUARDED_BY(mutex_);
  std::vector<double> shares_ MILLRACE_GUARDED_BY(mutex_);  // permits; below zero: a debt
  bool held_ MILLRACE_GUARDED_BY(mutex_) = false;
  double pool_ MILLRACE_GUARDED_BY(mutex_) = 1;
  std::int64_t refilled_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
