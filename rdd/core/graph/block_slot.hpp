#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/records/block.hpp>

namespace millrace::core {

/// The place of one stored partition: made once, by whoever asks first, while others who ask wait. If making it fails,
/// the one who tried gets the error and the next one tries again. Waiting here cannot deadlock: a task only ever waits
/// for a partition of an ancestor of what it holds.
class BlockSlot {
 public:
  BlockPtr get(FunctionRef<BlockPtr()> make);
  bool isFilled() const;

 private:
  mutable Mutex mutex_;
  ConditionVariable changed_;
  BlockPtr block_ MILLRACE_GUARDED_BY(mutex_);
  bool making_ MILLRACE_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::core
