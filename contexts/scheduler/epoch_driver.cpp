#include <millrace/base/mutex.hpp>
#include <millrace/base/scope_exit.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/contexts/scheduler/epoch_driver.hpp>

#include <deque>
#include <utility>

namespace millrace::core {

namespace {

thread_local const void* drivingFor = nullptr;

}  // namespace

struct EpochDriver::State {
  Mutex mutex;
  ConditionVariable changed;
  std::deque<ClosedEpoch> queue MILLRACE_GUARDED_BY(mutex);
  bool isMaking MILLRACE_GUARDED_BY(mutex) = false;
  bool isStopped MILLRACE_GUARDED_BY(mutex) = false;

  bool isIdle() const MILLRACE_REQUIRES(mutex) { return queue.empty() && !isMaking; }

  void drive(const MakeJobs& makeJobs);
};

void EpochDriver::State::drive(const MakeJobs& makeJobs) {
  drivingFor = this;
  MutexLock lock(mutex);
  for (;;) {
    while (!isStopped && queue.empty()) changed.wait(lock);
    if (isStopped) break;
    ClosedEpoch epoch = std::move(queue.front());
    queue.pop_front();
    isMaking = true;
    ScopeExit made([&]() MILLRACE_UNCHECKED {
      isMaking = false;
      changed.notifyAll();
    });
    Unlocked unlocked(mutex);
    makeJobs(epoch);
  }
}

EpochDriver::EpochDriver() : state_(std::make_shared<State>()) {}

void EpochDriver::start(MakeJobs makeJobs) {
  thread_.emplace([state = state_, makeJobs = std::move(makeJobs)] { state->drive(makeJobs); });
}

void EpochDriver::add(ClosedEpoch epoch) {
  MutexLock lock(state_->mutex);
  state_->queue.push_back(std::move(epoch));
  state_->changed.notifyAll();
}

std::size_t EpochDriver::pending() const {
  MutexLock lock(state_->mutex);
  return state_->queue.size() + (state_->isMaking ? 1 : 0);
}

bool EpochDriver::isMaking() const {
  MutexLock lock(state_->mutex);
  return state_->isMaking;
}

bool EpochDriver::awaitIdle(std::chrono::steady_clock::time_point deadline) const {
  MutexLock lock(state_->mutex);
  while (!state_->isIdle() && state_->changed.waitUntil(lock, deadline)) continue;
  return state_->isIdle();
}

bool EpochDriver::stop(std::chrono::steady_clock::time_point deadline) {
  {
    MutexLock lock(state_->mutex);
    state_->isStopped = true;
    state_->changed.notifyAll();
  }
  return !thread_ || thread_->join(deadline);
}

bool EpochDriver::isOwnThread() const { return drivingFor == state_.get(); }

}  // namespace millrace::core
