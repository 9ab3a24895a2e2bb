#include <millrace/base/log.hpp>
#include <millrace/contexts/scheduler/listener_bus.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <pthread.h>
#include <sched.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

thread_local const void* delivering = nullptr;

/// A batch posts many events: without this, each would take the core from the thread that posts it.
void letOthersFirst() {
  const sched_param none{};
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

}  // namespace

struct ListenerBus::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::shared_ptr<StreamingListener>> listeners;
  std::deque<Event> events;
  std::size_t dropped = 0;
  bool stopped = false;

  void run();
  static void deliver(const Event& event, StreamingListener& listener);
};

void ListenerBus::State::run() {
  delivering = this;
  letOthersFirst();
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [&] { return stopped || !events.empty(); });
    if (events.empty()) break;
    Event event = std::move(events.front());
    events.pop_front();
    std::size_t lost = std::exchange(dropped, 0);
    auto listening = listeners;
    lock.unlock();
    if (lost > 0) logWarning("a streaming listener is too slow, events were dropped", {{"events", lost}});
    for (const auto& listener : listening) deliver(event, *listener);
    lock.lock();
  }
}

void ListenerBus::State::deliver(const Event& event, StreamingListener& listener) {
  try {
    event(listener);
  } catch (...) {
    logError("a streaming listener threw", {{"error", describeException(std::current_exception())}});
  }
}

ListenerBus::ListenerBus() : state_(std::make_shared<State>()), thread_([state = state_] { state->run(); }) {}

ListenerBus::~ListenerBus() { stop(std::chrono::steady_clock::now()); }

void ListenerBus::add(std::shared_ptr<StreamingListener> listener) {
  std::lock_guard lock(state_->mutex);
  state_->listeners.push_back(std::move(listener));
}

void ListenerBus::remove(const std::shared_ptr<StreamingListener>& listener) {
  std::lock_guard lock(state_->mutex);
  std::erase(state_->listeners, listener);
}

void ListenerBus::post(Event event) {
  {
    std::lock_guard lock(state_->mutex);
    if (state_->stopped || state_->listeners.empty()) return;
    if (state_->events.size() == kMostWaiting) {
      ++state_->dropped;
      return;
    }
    state_->events.push_back(std::move(event));
  }
  state_->changed.notify_all();
}

bool ListenerBus::stop(std::chrono::steady_clock::time_point deadline) {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    state_->changed.notify_all();
  }
  return thread_.join(deadline);
}

bool ListenerBus::isCallbackThread() const { return delivering == state_.get(); }

}  // namespace millrace::core
