#include <millrace/rdd/core/run/interrupt.hpp>

#include <utility>

namespace millrace::core {

namespace {

thread_local const std::atomic<bool>* currentInterrupt = nullptr;

}  // namespace

bool isInterrupted() {
  return currentInterrupt != nullptr && currentInterrupt->load(std::memory_order_relaxed);
}

const std::atomic<bool>* interruptFlag() { return currentInterrupt; }

InterruptScope::InterruptScope(const std::atomic<bool>* flag)
    : outer_(std::exchange(currentInterrupt, flag)) {}

InterruptScope::~InterruptScope() { currentInterrupt = outer_; }

}  // namespace millrace::core
