#pragma once

#include <atomic>
#include <exception>
#include <mutex>

namespace millrace::core {

/// Whether the run of a graph is over, and why. A run ends once; its cells then let go of what they hold, and take
/// nothing more. Thread-safe.
class RunEnd {
 public:
  /// Ends the run. Only the first call has an effect, and gives true.
  bool set(std::exception_ptr reason);
  bool isOver() const { return isOver_; }
  /// What ended the run; for callers that have seen that it is over.
  const std::exception_ptr& reason() const { return reason_; }

 private:
  std::mutex mutex_;
  std::exception_ptr reason_;  // set before isOver_, and never again
  std::atomic<bool> isOver_ = false;
};

}  // namespace millrace::core
