#include <millrace/io/rate_limiter.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace millrace::core {

std::int64_t noLimitUnlessPositive(std::int64_t rate) { return rate > 0 ? rate : RateLimiter::kNoLimit; }

RateLimiter::RateLimiter(std::shared_ptr<Clock> clock, std::int64_t maxRate, std::int64_t initialRate,
                         std::int64_t burst)
    : clock_(std::move(clock)),
      maxRate_(noLimitUnlessPositive(maxRate)),
      burstSeconds_(static_cast<double>(burst) / 1000),
      limit_(std::min(noLimitUnlessPositive(initialRate), maxRate_)),
      refilled_(clock_->now()) {}

void RateLimiter::acquire() {
  for (awaitRelease(); take(1) == 0; awaitRelease()) {
    MutexLock lock(mutex_);
    if (isHeld() || passesAll() || permits_ >= 1) continue;
    double missing = 1 - permits_;
    auto wait = static_cast<std::int64_t>(std::ceil(missing * 1000 / static_cast<double>(currentLimit())));
    std::int64_t until = refilled_ + std::max<std::int64_t>(wait, 1);
    std::stop_token released = released_.get_token();
    lock.unlock();
    clock_->waitUntil(until, released);
  }
}

std::size_t RateLimiter::take(std::size_t wanted) {
  if (limiting_) wanted = std::min(wanted, mostAtOnce_.load());
  if (passesAll()) return wanted;
  MutexLock lock(mutex_);
  if (isHeld()) return 0;
  refill();
  auto permitted = std::min(wanted, static_cast<std::size_t>(permits_));
  permits_ -= static_cast<double>(permitted);
  return permitted;
}

std::size_t RateLimiter::burst() const {
  if (isHeld()) return 0;
  const std::size_t most = limiting_ ? mostAtOnce_.load() : std::numeric_limits<std::size_t>::max();
  return passesAll() ? most : std::min(most, static_cast<std::size_t>(mostPermits()));
}

void RateLimiter::updateRate(std::int64_t rate) {
  if (rate <= 0) return;
  MutexLock lock(mutex_);
  refill();
  limit_ = std::min(rate, maxRate_);
}

void RateLimiter::limit(bool on) {
  MutexLock lock(mutex_);
  limiting_ = on;
  if (!on) letGo();
}

void RateLimiter::hold(bool on) {
  MutexLock lock(mutex_);
  held_ = on;
  if (!on) letGo();
}

void RateLimiter::boundBurst(std::size_t most) { mostAtOnce_ = most; }

void RateLimiter::awaitRelease() {
  while (isHeld()) {
    std::stop_token released;
    {
      MutexLock lock(mutex_);
      if (!isHeld()) return;
      released = released_.get_token();
    }
    clock_->waitUntil(std::numeric_limits<std::int64_t>::max(), released);
  }
}

void RateLimiter::letGo() {
  released_.request_stop();
  released_ = std::stop_source();
}

void RateLimiter::refill() {
  std::int64_t now = clock_->now();
  double seconds = static_cast<double>(std::max<std::int64_t>(now - refilled_, 0)) / 1000;
  permits_ = std::min(permits_ + seconds * static_cast<double>(currentLimit()), mostPermits());
  refilled_ = now;
}

double RateLimiter::mostPermits() const {
  return std::min(burstSeconds_ * static_cast<double>(currentLimit()), 1e15) + 1;
}

}  // namespace millrace::core
