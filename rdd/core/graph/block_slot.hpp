#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/records/block.hpp>

namespace millrace::core {

/// Holds one stored partition. The first task that asks for it makes it, while others that ask wait. If making it
/// fails, the task that tried gets the error, and the next one that asks tries again. Waiting cannot deadlock: a task
/// waits only for partitions of ancestors of what it is making itself.
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
