#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace millrace::core {

/// Hands events to listeners in posting order, on a thread of its own, which is there from the first listener on. A
/// listener that cannot follow loses events beyond kMostWaiting rather than memory; how many is logged. Thread-safe.
///
/// This is the untyped half of ListenerBus.
class EventBus {
 public:
  using Event = std::function<void(void* listener)>;
  static constexpr std::size_t kMostWaiting = 10'000;

  /// `listeners`: what the log calls one, "a streaming listener".
  explicit EventBus(const char* listeners);
  /// Stops without waiting.
  ~EventBus();
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  /// The first event of this listener, and of no other, is `greeting`, if there is one.
  void add(std::shared_ptr<void> listener, Event greeting);
  void remove(const std::shared_ptr<void>& listener);
  void post(Event event);
  bool isHeard() const;
  bool stop(std::chrono::steady_clock::time_point deadline);
  bool isCallbackThread() const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

/// An EventBus for listeners of one kind.
template <class Listener>
class ListenerBus {
 public:
  using Event = std::function<void(Listener&)>;
  static constexpr std::size_t kMostWaiting = EventBus::kMostWaiting;

  explicit ListenerBus(const char* listeners) : bus_(listeners) {}

  /// The listener hears what is posted from now on, after `greeting`, if there is one.
  void add(std::shared_ptr<Listener> listener, Event greeting = {}) {
    bus_.add(std::move(listener), greeting ? untyped(std::move(greeting)) : EventBus::Event());
  }
  void remove(const std::shared_ptr<Listener>& listener) { bus_.remove(listener); }
  void post(Event event) { bus_.post(untyped(std::move(event))); }
  /// Whether there is a listener: if not, nobody has to make events.
  bool isHeard() const { return bus_.isHeard(); }
  /// Drops later events, and waits until those posted are delivered. False if they were not by `deadline`; a callback
  /// that still runs then is left to itself.
  bool stop(std::chrono::steady_clock::time_point deadline) { return bus_.stop(deadline); }
  /// True inside a callback.
  bool isCallbackThread() const { return bus_.isCallbackThread(); }

 private:
  static EventBus::Event untyped(Event event) {
    return [event = std::move(event)](void* listener) { event(*static_cast<Listener*>(listener)); };
  }

  EventBus bus_;
};

}  // namespace millrace::core
