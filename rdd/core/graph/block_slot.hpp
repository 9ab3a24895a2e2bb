#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/rdd/core/records/block.hpp>

#include <condition_variable>
#include <mutex>

namespace millrace::core {

/// The place of one stored partition: made once, by whoever asks first, while others who ask wait. If making it fails,
/// the one who tried gets the error and the next one tries again. Waiting here cannot deadlock: a task only ever waits
/// for a partition of an ancestor of what it holds.
class BlockSlot {
 public:
  BlockPtr get(FunctionRef<BlockPtr()> make);
  bool isFilled() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  BlockPtr block_;
  bool making_ = false;
};

}  // namespace millrace::core
