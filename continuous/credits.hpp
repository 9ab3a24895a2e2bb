#pragma once

#include <millrace/base/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>

namespace millrace::core {

/// Counts the blocks that a cell of a source was sent and that are on their way through the graph: there are at most two, and where both together
/// are large, one. Who sends a block takes a credit first; the credit travels with the block and everything made of it, and returns when its last
/// copy is destroyed. Thread-safe.
class Credits : public std::enable_shared_from_this<Credits> {
 public:
  /// Takes a credit for a block of so many bytes; waits while there is none. Null if `stop` was requested first.
  std::shared_ptr<void> take(std::size_t bytes, const std::stop_token& stop);
  /// How often somebody had to wait.
  std::int64_t waits() const;

 private:
  static constexpr int kMost = 2;
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  bool hasCredit(std::size_t bytes) const MILLRACE_REQUIRES(mutex_);
  void giveBack(std::size_t bytes);

  mutable Mutex mutex_;
  ConditionVariable changed_;
  int out_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::size_t bytesOut_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::int64_t waits_ MILLRACE_GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::core
