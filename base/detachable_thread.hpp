#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace millrace::core {

/// A thread that may have to be left to itself, because it runs functions of the user, which may never end. Otherwise it
/// is joined, so that nothing it held is let go of while the process ends: by then libraries have taken down their own
/// statics.
class DetachableThread {
 public:
  explicit DetachableThread(std::function<void()> body);
  DetachableThread(DetachableThread&&) noexcept = default;
  /// Leaves the thread to itself, with what its body holds, unless it has been joined.
  ~DetachableThread();

  /// Waits until the body has returned and is destroyed. False if it has not by `deadline`. On the thread itself there is
  /// nothing to wait for: true.
  bool join(std::chrono::steady_clock::time_point deadline);

 private:
  struct End;
  std::shared_ptr<End> end_;
  std::thread thread_;
};

}  // namespace millrace::core
