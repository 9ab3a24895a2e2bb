#pragma once

#include <millrace/base/error.hpp>

#include <atomic>

namespace millrace::core {

/// What a task throws when its action or job was cancelled.
class Interrupted : public SparkException {
 public:
  Interrupted() : SparkException("the action was cancelled") {}
};

/// The flags by which other threads tell a thread that what it works for was cancelled.
struct Interrupts {
  const std::atomic<bool>* flag;
  const Interrupts* outer;
};

/// Those of this thread, to be handed on to threads that work for it; null if it cannot be interrupted.
const Interrupts* interrupts();
bool isInterrupted();
/// Throws Interrupted if this thread is. Readers call it for each chunk that they give, so that a cancelled task ends with
/// its next chunk, wherever it is.
void checkInterrupt();

class InterruptScope {
 public:
  /// Until the end of the scope, this thread is interrupted if `flag` is set, besides by what interrupts it already.
  explicit InterruptScope(const std::atomic<bool>& flag);
  /// Until the end of the scope, this thread is interrupted by what interrupts another one, and by nothing else. Null: by
  /// nothing, for work that must not be left half done.
  explicit InterruptScope(const Interrupts* ofAnother);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  const Interrupts own_;
  const Interrupts* outer_;
};

}  // namespace millrace::core
