#include <millrace/io/rate_shares.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace millrace::core {

RateShares::RateShares(std::shared_ptr<Clock> clock, std::int64_t maxRate, std::int64_t initialRate,
                       std::int64_t burst, std::size_t sharers)
    : clock_(std::move(clock)),
      maxRate_(noLimitUnlessPositive(maxRate)),
      burstSeconds_(static_cast<double>(burst) / 1000),
      rate_(std::min(noLimitUnlessPositive(initialRate), maxRate_)),
      shares_(sharers),
      refilled_(clock_->now()) {}

std::size_t RateShares::take(std::size_t sharer, std::size_t wanted) {
  MutexLock lock(mutex_);
  if (held_) return 0;
  if (rate_ == RateLimiter::kNoLimit) return wanted;
  refill();
  double& share = shares_[sharer];
  const auto permitted = std::min(wanted, static_cast<std::size_t>(std::max(share + pool_, 0.0)));
  const double ofShare = std::clamp(static_cast<double>(permitted), 0.0, std::max(share, 0.0));
  share -= ofShare;
  pool_ -= static_cast<double>(permitted) - ofShare;
  return permitted;
}

void RateShares::settle(std::size_t sharer, std::size_t taken, std::size_t used) {
  MutexLock lock(mutex_);
  if (rate_ == RateLimiter::kNoLimit) return;
  shares_[sharer] += static_cast<double>(taken) - static_cast<double>(used);
  refill();
}

std::int64_t RateShares::retryAt() const {
  MutexLock lock(mutex_);
  if (held_) return std::numeric_limits<std::int64_t>::max();
  const double permits = std::max(most() / 4, 1.0);
  return clock_->now() +
         std::max<std::int64_t>(std::llround(std::ceil(permits * 1000 / static_cast<double>(rate_))), 1);
}

void RateShares::hold(bool on) {
  MutexLock lock(mutex_);
  held_ = on;
}

void RateShares::updateRate(std::int64_t rate) {
  if (rate <= 0) return;
  MutexLock lock(mutex_);
  refill();
  rate_ = std::min(rate, maxRate_);
}

void RateShares::refill() {
  const std::int64_t now = clock_->now();
  const double seconds = static_cast<double>(std::max<std::int64_t>(now - refilled_, 0)) / 1000;
  refilled_ = now;
  const auto sharers = static_cast<double>(shares_.size());
  const double more = seconds * static_cast<double>(rate_) / sharers;
  const double room = std::max((most() - 1) / 2 / sharers, 1.0);
  for (double& share : shares_) {
    const double left = std::max(share + more - room, 0.0);
    share += more - left;
    pool_ += left;
  }
  for (double& share : shares_) {
    if (share >= 0) continue;
    const double paid = std::min(-share, pool_);
    share += paid;
    pool_ -= paid;
  }
  pool_ = std::min(pool_, (most() - 1) / 2 + 1);
}

double RateShares::most() const { return std::min(burstSeconds_ * static_cast<double>(rate_), 1e15) + 1; }

}  // namespace millrace::core
