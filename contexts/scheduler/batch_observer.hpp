#pragma once

#include <millrace/dstream/core/time.hpp>

namespace millrace::core {

/// Is told of each batch, or epoch, on its way, in this order. Thread-safe.
struct BatchObserver {
  virtual ~BatchObserver() = default;
  /// It is about to be made; in the order of times.
  virtual void onBegin(Time time) = 0;
  /// Its sources have said what it reads, and its jobs have not begun, if they could be made. What it throws fails the batch:
  /// none of its outputs runs.
  virtual void onMade(Time time) = 0;
  /// All of its jobs have ended.
  virtual void onEnd(Time time, bool succeeded) = 0;
};

}  // namespace millrace::core
