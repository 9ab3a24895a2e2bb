#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace millrace {

namespace core {

/// A job on a thread of its own.
class AsyncJob {
 public:
  /// `name` for errors; `body` runs actions.
  AsyncJob(std::string name, std::function<void()> body);
  ~AsyncJob();
  AsyncJob(const AsyncJob&) = delete;
  AsyncJob& operator=(const AsyncJob&) = delete;

  void cancel();
  bool isCancelled() const;
  bool isCompleted() const;
  bool waitFor(std::int64_t milliseconds) const;
  /// Waits for the end and throws what the body threw.
  void join() const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace core

/// An action under way on a thread of its own. A handle is a cheap value. The destructor of the last one waits for the
/// action's end, so cancel() an action that need not end. (Spark: FutureAction)
template <class R>
class FutureAction {
 public:
  FutureAction(std::string name, std::function<R()> action)
      : state_(std::make_shared<State>(std::move(name), std::move(action))) {}

  /// Waits for the end: gives the result, or throws what the action would have thrown; SparkException if it was
  /// cancelled.
  R get() const {
    state_->job.join();
    if constexpr (!std::is_void_v<R>) return *state_->result;
  }
  /// Asks the action to end early: no further task begins, and those that run end with their next chunk. What has ended is
  /// not changed by it.
  void cancel() const { state_->job.cancel(); }
  bool isCancelled() const { return state_->job.isCancelled(); }
  /// With a result, a failure or by cancellation.
  bool isCompleted() const { return state_->job.isCompleted(); }
  /// Waits at most so many milliseconds; true if the action has ended.
  bool waitFor(std::int64_t milliseconds) const { return state_->job.waitFor(milliseconds); }

 private:
  struct State {
    State(std::string name, std::function<R()> action)
        : job(std::move(name), [this, run = std::move(action)] { keepResultOf(run); }) {}
    void keepResultOf(const std::function<R()>& action) {
      if constexpr (std::is_void_v<R>) {
        action();
      } else {
        result.emplace(action());
      }
    }
    std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result;
    core::AsyncJob job;  // last: it uses the result until it has ended
  };
  std::shared_ptr<State> state_;
};

}  // namespace millrace
