#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
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

  void giveBack();

  std::mutex mutex_;
  std::condition_variable_any changed_;
  int out_ = 0;
};

}  // namespace millrace::core
