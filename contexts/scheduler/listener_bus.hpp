#pragma once

#include <millrace/base/detachable_thread.hpp>
#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace millrace::core {

/// Hands events to listeners in posting order, on a thread of its own. A listener that cannot follow loses events
/// beyond kMostWaiting rather than memory; how many is logged. Thread-safe.
class ListenerBus {
 public:
  using Event = std::function<void(StreamingListener&)>;
  static constexpr std::size_t kMostWaiting = 10'000;

  ListenerBus();
  /// Stops without waiting.
  ~ListenerBus();
  ListenerBus(const ListenerBus&) = delete;
  ListenerBus& operator=(const ListenerBus&) = delete;

  void add(std::shared_ptr<StreamingListener> listener);
  void remove(const std::shared_ptr<StreamingListener>& listener);
  void post(Event event);
  /// Drops later events, and waits until those posted are delivered. False if they were not by `deadline`; a callback
  /// that still runs then is left to itself.
  bool stop(std::chrono::steady_clock::time_point deadline);
  /// True inside a callback.
  bool isCallbackThread() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  DetachableThread thread_;
};

}  // namespace millrace::core
