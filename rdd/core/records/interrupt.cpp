#include <millrace/rdd/core/records/interrupt.hpp>

#include <utility>

namespace millrace::core {

namespace {

thread_local const Interrupts* currentInterrupts = nullptr;

}  // namespace

const Interrupts* interrupts() { return currentInterrupts; }

bool isInterrupted() {
  for (const Interrupts* each = currentInterrupts; each != nullptr; each = each->outer)
    if (each->flag->load(std::memory_order_relaxed)) return true;
  return false;
}

void checkInterrupt() {
  if (isInterrupted()) throw Interrupted();
}

InterruptScope::InterruptScope(const std::atomic<bool>& flag)
    : own_{&flag, currentInterrupts}, outer_(std::exchange(currentInterrupts, &own_)) {}

InterruptScope::InterruptScope(const Interrupts* ofAnother)
    : own_{}, outer_(std::exchange(currentInterrupts, ofAnother)) {}

InterruptScope::~InterruptScope() { currentInterrupts = outer_; }

}  // namespace millrace::core
