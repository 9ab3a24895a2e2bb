#include <millrace/base/bounded_wait.hpp>
#include <millrace/base/error.hpp>
#include <millrace/rdd/core/run/interrupt.hpp>
#include <millrace/rdd/future_action.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace millrace::core {

struct AsyncJob::State {
  std::string name;
  std::atomic<bool> cancelled = false;
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  bool ended = false;
  std::exception_ptr failure;
  std::jthread thread;
};

AsyncJob::AsyncJob(std::string name, std::function<void()> body) : state_(std::make_shared<State>()) {
  State& state = *state_;
  state.name = std::move(name);
  state.thread = std::jthread([&state, run = std::move(body)]() mutable {
    std::exception_ptr failure;
    try {
      InterruptScope interruptible(&state.cancelled);
      run();
    } catch (...) {
      failure = std::current_exception();
    }
    run = nullptr;
    std::lock_guard lock(state.mutex);
    if (failure && state.cancelled)
      failure = std::make_exception_ptr(SparkException(state.name + " was cancelled before it had a result"));
    state.failure = failure;
    state.ended = true;
    state.changed.notify_all();
  });
}

AsyncJob::~AsyncJob() = default;

void AsyncJob::cancel() {
  std::lock_guard lock(state_->mutex);
  if (!state_->ended) state_->cancelled = true;
}

bool AsyncJob::isCancelled() const { return state_->cancelled; }

bool AsyncJob::isCompleted() const {
  std::lock_guard lock(state_->mutex);
  return state_->ended;
}

bool AsyncJob::waitFor(std::int64_t milliseconds) const {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, boundedWait(std::chrono::milliseconds(milliseconds)),
                                  [this] { return state_->ended; });
}

void AsyncJob::join() const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->ended; });
  if (state_->failure) std::rethrow_exception(state_->failure);
}

}  // namespace millrace::core
