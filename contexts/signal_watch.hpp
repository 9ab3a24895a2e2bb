#pragma once

#include <functional>
#include <thread>

namespace millrace::core {

/// Handles SIGINT and SIGTERM while it exists: the first one calls `onSignal` on a thread of its own, a second one does
/// what it does by default. Several may exist at once; the newest gets the signal. Destruction waits for `onSignal`.
class SignalWatch {
 public:
  explicit SignalWatch(std::function<void(int signal)> onSignal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  int pipe_[2];
  std::thread thread_;
};

}  // namespace millrace::core
