#include <millrace/base/clock.hpp>

#include <emmintrin.h>

#include <algorithm>

namespace millrace {

using core::ConditionVariable;
using core::Mutex;
using core::MutexLock;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// How long before it is due to stop sleeping, and watch the time.
steady_clock::duration watchBefore(steady_clock::time_point due) {
  constexpr steady_clock::duration kWakeUp = std::chrono::microseconds(150);
  return std::min(kWakeUp, (due - steady_clock::now()) / 50);
}

}  // namespace

SystemClock::SystemClock()
    : epochAtStart_(
          std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch())),
      start_(steady_clock::now()) {}

std::int64_t SystemClock::now() const {
  return (epochAtStart_ + std::chrono::duration_cast<milliseconds>(steady_clock::now() - start_)).count();
}

bool SystemClock::waitUntil(std::int64_t time, std::stop_token stop) const {
  constexpr std::int64_t kLongestSleep = 24 * 60 * 60 * 1000;  // keeps the sum below inside the clock's range
  Mutex mutex;
  ConditionVariable stopped;
  const std::stop_callback wake(stop, [&] {
    MutexLock lock(mutex);
    stopped.notifyAll();
  });
  MutexLock lock(mutex);
  while (!stop.stop_requested()) {
    const std::int64_t present = now();
    if (present >= time) return true;
    const milliseconds wakeUp(std::min(time, present + kLongestSleep));
    const steady_clock::time_point due = start_ + (wakeUp - epochAtStart_);
    const steady_clock::time_point sleepUntil = due - watchBefore(due);
    while (!stop.stop_requested() && stopped.waitUntil(lock, sleepUntil)) continue;
    while (steady_clock::now() < due && !stop.stop_requested()) _mm_pause();
  }
  return false;
}

std::int64_t ManualClock::now() const {
  MutexLock lock(mutex_);
  return time_;
}

bool ManualClock::waitUntil(std::int64_t time, std::stop_token stop) const {
  const std::stop_callback wake(stop, [this] {
    MutexLock lock(mutex_);
    changed_.notifyAll();
  });
  MutexLock lock(mutex_);
  const auto entry = awaited_.insert(time);
  changed_.notifyAll();
  while (time_ < time && !stop.stop_requested()) changed_.wait(lock);
  awaited_.erase(entry);
  return !stop.stop_requested();
}

void ManualClock::setTime(std::int64_t time) {
  MutexLock lock(mutex_);
  time_ = time;
  changed_.notifyAll();
}

void ManualClock::advance(std::int64_t byMs) {
  MutexLock lock(mutex_);
  time_ += byMs;
  changed_.notifyAll();
}

bool ManualClock::awaitWaiter(std::int64_t atLeast, milliseconds deadline) const {
  const steady_clock::time_point end = steady_clock::now() + deadline;
  MutexLock lock(mutex_);
  while (!isAwaited(atLeast) && changed_.waitUntil(lock, end)) continue;
  return isAwaited(atLeast);
}

bool ManualClock::isAwaited(std::int64_t atLeast) const {
  return awaited_.lower_bound(std::max(atLeast, time_ + 1)) != awaited_.end();
}

}  // namespace millrace
