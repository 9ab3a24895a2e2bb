#include <millrace/base/bounded_wait.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>

#include <utility>

namespace millrace::core {

void ContextWaiter::notifyError(std::exception_ptr error) {
  MutexLock lock(mutex_);
  error_ = std::move(error);
  changed_.notifyAll();
}

void ContextWaiter::notifyStop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.notifyAll();
}

bool ContextWaiter::waitForStopOrError(std::optional<std::chrono::milliseconds> timeout) {
  MutexLock lock(mutex_);
  if (timeout) {
    const auto deadline = std::chrono::steady_clock::now() + boundedWait(*timeout);
    while (!isOver() && changed_.waitUntil(lock, deadline)) continue;
  } else {
    while (!isOver()) changed_.wait(lock);
  }
  if (error_) std::rethrow_exception(error_);
  return stopped_;
}

}  // namespace millrace::core
