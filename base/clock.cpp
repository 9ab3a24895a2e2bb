#include <millrace/base/clock.hpp>

#include <emmintrin.h>

#include <algorithm>

namespace millrace {

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
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    const std::int64_t present = now();
    if (present >= time) return true;
    const milliseconds wakeUp(std::min(time, present + kLongestSleep));
    const steady_clock::time_point due = start_ + (wakeUp - epochAtStart_);
    stopped.wait_until(lock, stop, due - watchBefore(due), [] { return false; });
    while (steady_clock::now() < due && !stop.stop_requested()) _mm_pause();
  }
  return false;
}

std::int64_t ManualClock::now() const {
  std::lock_guard lock(mutex_);
  return time_;
}

bool ManualClock::waitUntil(std::int64_t time, std::stop_token stop) const {
  std::unique_lock lock(mutex_);
  const auto entry = awaited_.insert(time);
  changed_.notify_all();
  const bool reached = changed_.wait(lock, stop, [&] { return time_ >= time; });
  awaited_.erase(entry);
  return reached && !stop.stop_requested();
}

void ManualClock::setTime(std::int64_t time) {
  std::lock_guard lock(mutex_);
  time_ = time;
  changed_.notify_all();
}

void ManualClock::advance(std::int64_t byMs) {
  std::lock_guard lock(mutex_);
  time_ += byMs;
  changed_.notify_all();
}

bool ManualClock::awaitWaiter(std::int64_t atLeast, milliseconds deadline) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(
      lock, deadline, [&] { return awaited_.lower_bound(std::max(atLeast, time_ + 1)) != awaited_.end(); });
}

}  // namespace millrace
