#include <millrace/base/recurring_timer.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>

#include <sys/prctl.h>

#include <exception>
#include <utility>

namespace millrace {

namespace {

std::int64_t nextMultiple(std::int64_t elapsed, std::int64_t period) {
  const std::int64_t whole = elapsed / period - (elapsed % period < 0 ? 1 : 0);
  return (whole + 1) * period;
}

}  // namespace

RecurringTimer::RecurringTimer(std::shared_ptr<Clock> clock, std::int64_t periodMs, Callback callback,
                               std::string name)
    : clock_(std::move(clock)), period_(periodMs), callback_(std::move(callback)), name_(std::move(name)) {
  if (period_ <= 0) {
    throw IllegalArgument("timer " + name_ + ": the period is " + std::to_string(period_) +
                          " ms, but must be positive");
  }
}

RecurringTimer::~RecurringTimer() {
  stopping_ = true;
  interrupt_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::int64_t RecurringTimer::getStartTime() const { return getRestartTime(0); }

std::int64_t RecurringTimer::getRestartTime(std::int64_t originalStartTime) const {
  return originalStartTime + nextMultiple(clock_->now() - originalStartTime, period_);
}

std::int64_t RecurringTimer::start() { return start(getStartTime()); }

std::int64_t RecurringTimer::start(std::int64_t startTime) {
  core::MutexLock lock(mutex_);
  if (stopping_) throw IllegalState("timer " + name_ + " was stopped and cannot start again; make a new one");
  if (thread_.joinable()) throw IllegalState("timer " + name_ + " is running already; start it once");
  thread_ = std::thread([this, startTime] { run(startTime); });
  return startTime;
}

std::int64_t RecurringTimer::stop(bool interrupt) {
  if (runner_ == std::this_thread::get_id()) {
    throw IllegalState("timer " + name_ + " cannot wait for its own callback; stop it from another thread");
  }
  stopping_ = true;
  if (interrupt) interrupt_.request_stop();
  core::MutexLock lock(mutex_);
  if (thread_.joinable()) thread_.join();
  return last_;
}

void RecurringTimer::run(std::int64_t next) {
  runner_ = std::this_thread::get_id();
  prctl(PR_SET_TIMERSLACK, 1);  // nanoseconds; otherwise each tick comes up to 50 µs late
  int madeUp = 0;
  for (bool last = false; !last; next += period_) {
    last = stopping_;
    if (!clock_->waitUntil(next, interrupt_.get_token())) return;
    const std::int64_t late = (clock_->now() - next) / period_;
    madeUp = late > 0 ? madeUp + 1 : 0;
    if (madeUp > kMostMadeUp) {
      logWarning("ticks missed are skipped", {{"timer", name_}, {"from", next}, {"ticks", late}});
      next += late * period_;
      madeUp = 0;
    }
    callBack(next);
    last_ = next;
  }
}

void RecurringTimer::callBack(std::int64_t time) const {
  try {
    callback_(time);
  } catch (const std::exception& error) {
    logError("a timer's function failed", {{"timer", name_}, {"time", time}, {"error", error.what()}});
  } catch (...) {
    logError("a timer's function failed",
             {{"timer", name_}, {"time", time}, {"error", "not a std::exception"}});
  }
}

}  // namespace millrace
