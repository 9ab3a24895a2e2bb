#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
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
  std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr error_;
  bool stopped_ = false;
};

}  // namespace millrace::core
