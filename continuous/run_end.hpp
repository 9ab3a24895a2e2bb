#pragma once

#include <millrace/base/mutex.hpp>

#include <atomic>
#include <exception>

namespace millrace::core {

/// Whether the run of a graph is over, and why. A run ends once; its cells then let go of what they hold, and take
/// nothing more. Thread-safe.
class RunEnd {
 public:
  /// Ends the run. Only the first call has an effect, and gives true.
  bool set(std::exception_ptr reason);
  bool isOver() const { return isOver_; }
  /// What ended the run; for callers that have seen that it is over: the reason was set before, and never is again.
  const std::exception_ptr& reason() const MILLRACE_UNCHECKED { return reason_; }

 private:
  Mutex mutex_;
  std::exception_ptr reason_ MILLRACE_GUARDED_BY(mutex_);
  std::atomic<bool> isOver_ = false;
};

}  // namespace millrace::core
