#pragma once

#include <millrace/base/mutex.hpp>

#include <chrono>
#include <exception>
#include <optional>

namespace millrace::core {

/// Where awaitTermination waits: for the stop, or for an error. Of several errors the last one wins; it is thrown to
/// everyone who waits or comes later. Thread-safe.
class ContextWaiter {
 public:
  void notifyError(std::exception_ptr error);
  void notifyStop();
  /// True once stopped, false when `timeout` has passed; throws the last error. Without a timeout it waits for ever.
  bool waitForStopOrError(std::optional<std::chrono::milliseconds> timeout);

 private:
  bool isOver() const MILLRACE_REQUIRES(mutex_) { return stopped_ || error_ != nullptr; }

  Mutex mutex_;
  ConditionVariable changed_;
  std::exception_ptr error_ MILLRACE_GUARDED_BY(mutex_);
  bool stopped_ MILLRACE_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::core
