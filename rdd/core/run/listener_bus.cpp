#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/let_others_first.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/run/listener_bus.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

thread_local const void* delivering = nullptr;

/// A listener hears the events with numbers from `first` on.
struct Listening {
  std::shared_ptr<void> listener;
  std::int64_t first;
};

struct Posted {
  EventBus::Event event;
  std::int64_t number;
  std::shared_ptr<void> only;  // null: for all
};

}  // namespace

struct EventBus::State {
  explicit State(const char* listenersName) : name(listenersName) {}

  const std::string name;
  std::atomic<bool> heard = false;
  Mutex mutex;
  ConditionVariable changed;
  std::vector<Listening> listeners MILLRACE_GUARDED_BY(mutex);
  std::deque<Posted> events MILLRACE_GUARDED_BY(mutex);
  std::int64_t nextNumber MILLRACE_GUARDED_BY(mutex) = 0;
  std::size_t dropped MILLRACE_GUARDED_BY(mutex) = 0;
  bool stopped MILLRACE_GUARDED_BY(mutex) = false;
  std::unique_ptr<DetachableThread> thread MILLRACE_GUARDED_BY(mutex);

  void run();
  void deliver(const Posted& posted, const std::vector<Listening>& listening) const;
  void post(Event event, std::shared_ptr<void> only) MILLRACE_REQUIRES(mutex);
};

void EventBus::State::run() {
  delivering = this;
  letOthersFirst();  // a batch posts many events
  MutexLock lock(mutex);
  for (;;) {
    while (!stopped && events.empty()) changed.wait(lock);
    if (events.empty()) break;
    Posted posted = std::move(events.front());
    events.pop_front();
    std::size_t lost = std::exchange(dropped, 0);
    auto listening = listeners;
    lock.unlock();
    if (lost > 0) logWarning(name + " is too slow, events were dropped", {{"events", lost}});
    deliver(posted, listening);
    lock.lock();
  }
}

void EventBus::State::deliver(const Posted& posted, const std::vector<Listening>& listening) const {
  for (const auto& [listener, first] : listening) {
    if (posted.number < first || (posted.only && posted.only != listener)) continue;
    try {
      posted.event(listener.get());
    } catch (...) {
      logError(name + " threw", {{"error", describeException(std::current_exception())}});
    }
  }
}

void EventBus::State::post(Event event, std::shared_ptr<void> only) {
  if (stopped || listeners.empty()) return;
  if (events.size() == kMostWaiting) {
    ++dropped;
    return;
  }
  events.push_back({std::move(event), nextNumber++, std::move(only)});
}

EventBus::EventBus(const char* listeners) : state_(std::make_shared<State>(listeners)) {}

EventBus::~EventBus() { stop(std::chrono::steady_clock::now()); }

void EventBus::add(std::shared_ptr<void> listener, Event greeting) {
  MutexLock lock(state_->mutex);
  if (state_->stopped) return;
  if (!state_->thread)
    state_->thread = std::make_unique<DetachableThread>([state = state_] { state->run(); });
  state_->listeners.push_back({listener, state_->nextNumber});
  state_->heard = true;
  if (greeting) state_->post(std::move(greeting), std::move(listener));
  state_->changed.notifyAll();
}

void EventBus::remove(const std::shared_ptr<void>& listener) {
  MutexLock lock(state_->mutex);
  std::erase_if(state_->listeners, [&](const Listening& each) { return each.listener == listener; });
  state_->heard = !state_->listeners.empty();
}

void EventBus::post(Event event) {
  if (!isHeard()) return;
  {
    MutexLock lock(state_->mutex);
    state_->post(std::move(event), nullptr);
  }
  state_->changed.notifyAll();
}

bool EventBus::isHeard() const { return state_->heard.load(std::memory_order_relaxed); }

bool EventBus::stop(std::chrono::steady_clock::time_point deadline) {
  std::unique_ptr<DetachableThread> thread;
  {
    MutexLock lock(state_->mutex);
    state_->stopped = true;
    thread.swap(state_->thread);
    state_->changed.notifyAll();
  }
  if (!thread || thread->join(deadline)) return true;
  MutexLock lock(state_->mutex);
  state_->thread.swap(thread);
  return false;
}

bool EventBus::isCallbackThread() const { return delivering == state_.get(); }

}  // namespace millrace::core
