#pragma once

#include <millrace/base/mutex.hpp>

#include <memory>
#include <stop_token>

namespace millrace::core {

/// Counts the blocks of one source that are on their way through the graph, of which there are at most two. Who sends a
/// block takes a credit first; the credit travels with the block and everything made of it, and returns when its last
/// copy is destroyed. Thread-safe.
class Credits : public std::enable_shared_from_this<Credits> {
 public:
  /// Waits while no credit is left. Null if `stop` was requested first.
  std::shared_ptr<void> take(const std::stop_token& stop);

 private:
  static constexpr int kMost = 2;

  bool tryTake();
  void awaitReturn(const std::stop_token& stop);
  void giveBack();

  Mutex mutex_;
  ConditionVariable changed_;
  int out_ MILLRACE_GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::core
