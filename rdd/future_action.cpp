#include <millrace/base/bounded_wait.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/local_properties.hpp>
#include <millrace/rdd/future_action.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

namespace millrace::core {

struct AsyncJob::State {
  std::string name;
  std::atomic<bool> cancelled = false;
  Mutex mutex;
  ConditionVariable changed;
  bool ended MILLRACE_GUARDED_BY(mutex) = false;
  std::exception_ptr failure MILLRACE_GUARDED_BY(mutex);
  std::jthread thread;
};

AsyncJob::AsyncJob(std::string name, std::function<void()> body) : state_(std::make_shared<State>()) {
  State& state = *state_;
  state.name = std::move(name);
  state.thread = std::jthread([&state, run = std::move(body), properties = localProperties()]() mutable {
    std::exception_ptr failure;
    try {
      LocalPropertiesScope same(properties);
      InterruptScope interruptible(state.cancelled);
      run();
    } catch (...) {
      failure = std::current_exception();
    }
    run = nullptr;
    MutexLock lock(state.mutex);
    if (failure && state.cancelled)
      failure = std::make_exception_ptr(SparkException(state.name + " was cancelled before it had a result"));
    state.failure = failure;
    state.ended = true;
    state.changed.notifyAll();
  });
}

AsyncJob::~AsyncJob() = default;

void AsyncJob::cancel() {
  MutexLock lock(state_->mutex);
  if (!state_->ended) state_->cancelled = true;
}

bool AsyncJob::isCancelled() const { return state_->cancelled; }

bool AsyncJob::isCompleted() const {
  MutexLock lock(state_->mutex);
  return state_->ended;
}

bool AsyncJob::waitFor(std::int64_t milliseconds) const {
  const auto deadline =
      std::chrono::steady_clock::now() + boundedWait(std::chrono::milliseconds(milliseconds));
  MutexLock lock(state_->mutex);
  while (!state_->ended && state_->changed.waitUntil(lock, deadline)) continue;
  return state_->ended;
}

void AsyncJob::join() const {
  MutexLock lock(state_->mutex);
  while (!state_->ended) state_->changed.wait(lock);
  if (state_->failure) std::rethrow_exception(state_->failure);
}

}  // namespace millrace::core
