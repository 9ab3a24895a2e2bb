#pragma once

#include <functional>
#include <memory>

namespace millrace::core {

/// Runs tasks that nobody waits for, first in, first out, on workers of its own.
class TaskPool {
 public:
  /// Waits for the tasks that were enqueued.
  virtual ~TaskPool() = default;
  virtual void enqueue(std::function<void()> task) = 0;
};

/// TBB workers in an arena of their own, which no other thread enters: a message sent by a thread that is inside an
/// arena but never joins it can be stranded there for ever.
std::unique_ptr<TaskPool> tbbTaskPool(int workers);
/// Plain threads: for ThreadSanitizer, which knows nothing of the packaged TBB.
std::unique_ptr<TaskPool> threadTaskPool(int workers);

}  // namespace millrace::core
