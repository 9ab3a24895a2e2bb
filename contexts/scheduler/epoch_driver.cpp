#include <millrace/base/scope_exit.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/contexts/scheduler/epoch_driver.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace millrace::core {

namespace {

thread_local const void* drivingFor = nullptr;

}  // namespace

struct EpochDriver::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<ClosedEpoch> queue;
  bool isMaking = false;
  bool isStopped = false;

  void drive(const MakeJobs& makeJobs);
};

void EpochDriver::State::drive(const MakeJobs& makeJobs) {
  drivingFor = this;
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return isStopped || !queue.empty(); });
    if (isStopped) break;
    ClosedEpoch epoch = std::move(queue.front());
    queue.pop_front();
    isMaking = true;
    ScopeExit made([&] {
      isMaking = false;
      changed.notify_all();
    });
    Unlocked unlocked(lock);
    makeJobs(epoch);
  }
}

EpochDriver::EpochDriver() : state_(std::make_shared<State>()) {}

void EpochDriver::start(MakeJobs makeJobs) {
  thread_.emplace([state = state_, makeJobs = std::move(makeJobs)] { state->drive(makeJobs); });
}

void EpochDriver::add(ClosedEpoch epoch) {
  std::lock_guard lock(state_->mutex);
  state_->queue.push_back(std::move(epoch));
  state_->changed.notify_all();
}

std::size_t EpochDriver::pending() const {
  std::lock_guard lock(state_->mutex);
  return state_->queue.size() + (state_->isMaking ? 1 : 0);
}

bool EpochDriver::isMaking() const {
  std::lock_guard lock(state_->mutex);
  return state_->isMaking;
}

bool EpochDriver::awaitIdle(std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_until(lock, deadline,
                                    [&] { return state_->queue.empty() && !state_->isMaking; });
}

bool EpochDriver::stop(std::chrono::steady_clock::time_point deadline) {
  {
    std::lock_guard lock(state_->mutex);
    state_->isStopped = true;
    state_->changed.notify_all();
  }
  return !thread_ || thread_->join(deadline);
}

bool EpochDriver::isOwnThread() const { return drivingFor == state_.get(); }

}  // namespace millrace::core
