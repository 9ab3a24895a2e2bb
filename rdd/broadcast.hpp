#pragma once

#include <millrace/base/error.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace millrace {

/// A value that many tasks read. A handle is cheap to copy and works in const functions captured by copy; all handles
/// share the one value, which lives as long as one of them. (Spark: Broadcast)
template <class T>
class Broadcast {
 public:
  using value_type = T;

  explicit Broadcast(T value) : state_(std::make_shared<State>(std::move(value))) {}

  /// SparkException after destroy().
  const T& value() const {
    if (state_->destroyed)
      throw SparkException(
          "the value of a broadcast after its destroy(): destroy it when no job needs it any more");
    return state_->value;
  }
  const T& operator*() const { return value(); }
  const T* operator->() const { return &value(); }

  /// Ends the use of the value, for all handles. Its memory goes with the last handle, since a task may be reading. Has
  /// happened when it returns, `blocking` or not.
  void destroy(bool blocking = false) const {
    (void)blocking;
    state_->destroyed = true;
  }
  /// Drops the copies that other processes keep: here there are none.
  void unpersist(bool /*blocking*/ = false) const {}

 private:
  struct State {
    explicit State(T held) : value(std::move(held)) {}
    const T value;
    std::atomic<bool> destroyed = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace millrace
