#include <millrace/base/bounded_wait.hpp>
#include <millrace/contexts/scheduler/context_waiter.hpp>

#include <utility>

namespace millrace::core {

void ContextWaiter::notifyError(std::exception_ptr error) {
  std::lock_guard lock(mutex_);
  error_ = std::move(error);
  changed_.notify_all();
}

void ContextWaiter::notifyStop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool ContextWaiter::waitForStopOrError(std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(mutex_);
  auto over = [&] { return stopped_ || error_ != nullptr; };
  if (timeout) {
    changed_.wait_for(lock, boundedWait(*timeout), over);
  } else {
    changed_.wait(lock, over);
  }
  if (error_) std::rethrow_exception(error_);
  return stopped_;
}

}  // namespace millrace::core
