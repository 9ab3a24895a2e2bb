#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace millrace::core {

/// A thread that runs functions of the user. They may never end, so it can be detached. A thread that does end is
/// joined, so that what it held is destroyed while the process still runs as usual: later, libraries have destroyed
/// their statics.
class DetachableThread {
 public:
  explicit DetachableThread(std::function<void()> body);
  DetachableThread(DetachableThread&&) noexcept = default;
  /// Detaches the thread, which keeps what its body holds, unless it has been joined.
  ~DetachableThread();

  /// Waits until the body has returned and is destroyed. False if it has not by `deadline`. The thread itself does not
  /// wait when it calls this: true.
  bool join(std::chrono::steady_clock::time_point deadline);

 private:
  struct End;
  std::shared_ptr<End> end_;
  std::thread thread_;
};

}  // namespace millrace::core
