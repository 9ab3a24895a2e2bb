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
  /// Waits until no task is enqueued or running.
  virtual void awaitIdle() = 0;
};

/// TBB workers in an arena of their own, which no other thread enters: a task enqueued by a thread that belongs to an
/// arena, but never works in it, can lie there for ever. TBB may have as many workers meanwhile, however few cores there are.
std::unique_ptr<TaskPool> tbbTaskPool(int workers);
/// Plain threads.
std::unique_ptr<TaskPool> threadTaskPool(int workers);
/// The one that graphs run on: TBB's, or plain threads under ThreadSanitizer, which knows nothing of the packaged TBB.
std::unique_ptr<TaskPool> makeTaskPool(int workers);

}  // namespace millrace::core
