#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/dstream/core/cuts.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <exception>
#include <utility>

namespace millrace::core {

bool Cuts::isCut(Time time) {
  MutexLock lock(mutex_);
  if (ended_) return false;
  const auto known = wanted_.find(time);
  return known != wanted_.end() ? known->second : wanted_.emplace(time, sink_->wants(time)).first->second;
}

void Cuts::add(Time time, TakeParts take) {
  MutexLock lock(mutex_);
  if (!ended_) pending_.push_back({time, std::move(take)});
}

void Cuts::take(Time time) {
  MutexLock taking(taking_);
  {
    MutexLock lock(mutex_);
    if (ended_ || time <= given_) return;
  }
  try {
    takePending(time);
  } catch (...) {
    if (++failed_ < kMostFailed) throw;
    logError("no further snapshot of the states is taken: too many have failed",
             {{"error", describeException(std::current_exception())}});
    parts_.clear();
    MutexLock lock(mutex_);
    ended_ = true;
    pending_.clear();
    throw;
  }
  failed_ = 0;
  {
    MutexLock lock(mutex_);
    given_ = time;
    wanted_.erase(wanted_.begin(), wanted_.upper_bound(time));
  }
  sink_->take(time, std::exchange(parts_, {}));
}

void Cuts::takePending(Time time) {
  for (;;) {
    TakeParts take;
    {
      MutexLock lock(mutex_);
      if (pending_.empty() || pending_.front().time > time) return;
      take = pending_.front().take;
    }
    take(parts_);
    MutexLock lock(mutex_);
    pending_.pop_front();
  }
}

}  // namespace millrace::core
