#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/contexts/scheduler/batch_ticker.hpp>

#include <exception>
#include <memory>
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

bool BatchTicker::make(Time time, const std::stop_token& stop) {
  if (stop.stop_requested() || !awaitRoom_(stop)) return false;
  MutexLock lock(mutex_);
  run(time);
  return true;
}

void BatchTicker::start(Time first) {
  {
    MutexLock lock(mutex_);
    newest_ = first - interval_;
  }
  timer_.start(first.milliseconds());
}

void BatchTicker::requestStop() { stopping_.request_stop(); }

bool BatchTicker::stop(std::chrono::steady_clock::time_point deadline, std::shared_ptr<const void> owner) {
  requestStop();
  {
    MutexLock lock(mutex_);
    while (making_ && changed_.waitUntil(lock, deadline)) continue;
    if (making_) {
      std::thread([this, owner = std::move(owner)] { timer_.stop(true); }).detach();
      return false;
    }
  }
  timer_.stop(true);
  return true;
}

bool BatchTicker::makeNext(std::chrono::steady_clock::time_point deadline,
                           std::shared_ptr<const void> owner) {
  if (std::chrono::steady_clock::now() >= deadline) return true;
  const auto failure = std::make_shared<std::exception_ptr>();
  DetachableThread last([this, failure, owner = std::move(owner)] {
    try {
      MutexLock lock(mutex_);
      run(newest_ + interval_);
    } catch (...) {
      *failure = std::current_exception();
    }
  });
  if (!last.join(deadline)) return false;
  if (*failure) std::rethrow_exception(*failure);
  return true;
}

void BatchTicker::onTick(Time time) {
  if (stopping_.stop_requested() || !awaitRoom_(stopping_.get_token())) return;
  MutexLock lock(mutex_);
  if (!stopping_.stop_requested()) run(time);
}

void BatchTicker::run(Time time) {
  making_ = newest_ = time;
  ScopeExit made([&]() MILLRACE_UNCHECKED {
    making_.reset();
    changed_.notifyAll();
  });
  Unlocked unlocked(mutex_);
  const void* outer = std::exchange(makingFor, this);
  ScopeExit restored([&] { makingFor = outer; });
  make_(time);
}

std::optional<Time> BatchTicker::making() const {
  MutexLock lock(mutex_);
  return making_;
}

bool BatchTicker::isMakingThread() const { return makingFor == this; }

}  // namespace millrace::core
