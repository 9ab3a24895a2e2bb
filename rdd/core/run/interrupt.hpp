#pragma once

#include <millrace/base/error.hpp>

#include <atomic>

namespace millrace::core {

/// What a task throws when its action was cancelled.
class Interrupted : public SparkException {
 public:
  Interrupted() : SparkException("the action was cancelled") {}
};

/// True if the action that this thread works for was cancelled, which another thread says by setting the flag of
/// InterruptScope. Tasks use the flag of the thread that runs their job.
bool isInterrupted();
const std::atomic<bool>* interruptFlag();

/// Makes `flag` the flag of this thread until the end of the scope.
class InterruptScope {
 public:
  explicit InterruptScope(const std::atomic<bool>* flag);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  const std::atomic<bool>* outer_;
};

}  // namespace millrace::core
