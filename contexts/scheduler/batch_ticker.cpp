#include <millrace/base/scope_exit.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/contexts/scheduler/batch_ticker.hpp>

#include <thread>
#include <utility>

namespace millrace::core {

namespace {

thread_local const void* makingFor = nullptr;

}  // namespace

BatchTicker::BatchTicker(std::shared_ptr<Clock> clock, Duration interval, std::string name,
                         AwaitRoom awaitRoom, Make make)
    : interval_(interval),
      awaitRoom_(std::move(awaitRoom)),
      make_(std::move(make)),
      timer_(
          std::move(clock), interval.milliseconds(), [this](std::int64_t time) { onTick(Time(time)); },
          std::move(name)) {}

Time BatchTicker::firstTime() const { return Time(timer_.getStartTime()); }

void BatchTicker::start(Time first) {
  newest_ = first - interval_;
  timer_.start(first.milliseconds());
}

void BatchTicker::requestStop() { stopping_.request_stop(); }

bool BatchTicker::stop(std::chrono::steady_clock::time_point deadline, std::shared_ptr<const void> owner) {
  requestStop();
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline, [&] { return !making_; })) {
      std::thread([this, owner = std::move(owner)] { timer_.stop(true); }).detach();
      return false;
    }
  }
  timer_.stop(true);
  return true;
}

void BatchTicker::makeNext() {
  std::unique_lock lock(mutex_);
  run(newest_ + interval_, lock);
}

void BatchTicker::onTick(Time time) {
  if (stopping_.stop_requested() || !awaitRoom_(stopping_.get_token())) return;
  std::unique_lock lock(mutex_);
  if (!stopping_.stop_requested()) run(time, lock);
}

void BatchTicker::run(Time time, std::unique_lock<std::mutex>& lock) {
  making_ = newest_ = time;
  ScopeExit made([&] {
    making_.reset();
    changed_.notify_all();
  });
  Unlocked unlocked(lock);
  const void* outer = std::exchange(makingFor, this);
  ScopeExit restored([&] { makingFor = outer; });
  make_(time);
}

std::optional<Time> BatchTicker::making() const {
  std::lock_guard lock(mutex_);
  return making_;
}

bool BatchTicker::isMakingThread() const { return makingFor == this; }

}  // namespace millrace::core
