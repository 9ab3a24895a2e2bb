#include <millrace/base/log.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/scheduler/listener_bus.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <pthread.h>
#include <sched.h>

#include <deque>
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
  Mutex mutex;
  ConditionVariable changed;
  std::vector<std::shared_ptr<StreamingListener>> listeners MILLRACE_GUARDED_BY(mutex);
  std::deque<Event> events MILLRACE_GUARDED_BY(mutex);
  std::size_t dropped MILLRACE_GUARDED_BY(mutex) = 0;
  bool stopped MILLRACE_GUARDED_BY(mutex) = false;

  void run();
  static void deliver(const Event& event, StreamingListener& listener);
};

void ListenerBus::State::run() {
  delivering = this;
  letOthersFirst();
  MutexLock lock(mutex);
  for (;;) {
    while (!stopped && events.empty()) changed.wait(lock);
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
  MutexLock lock(state_->mutex);
  state_->listeners.push_back(std::move(listener));
}

void ListenerBus::remove(const std::shared_ptr<StreamingListener>& listener) {
  MutexLock lock(state_->mutex);
  std::erase(state_->listeners, listener);
}

void ListenerBus::post(Event event) {
  {
    MutexLock lock(state_->mutex);
    if (state_->stopped || state_->listeners.empty()) return;
    if (state_->events.size() == kMostWaiting) {
      ++state_->dropped;
      return;
    }
    state_->events.push_back(std::move(event));
  }
  state_->changed.notifyAll();
}

bool ListenerBus::stop(std::chrono::steady_clock::time_point deadline) {
  {
    MutexLock lock(state_->mutex);
    state_->stopped = true;
    state_->changed.notifyAll();
  }
  return thread_.join(deadline);
}

bool ListenerBus::isCallbackThread() const { return delivering == state_.get(); }

}  // namespace millrace::core
