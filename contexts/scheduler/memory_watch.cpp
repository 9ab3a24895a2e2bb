#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/contexts/scheduler/memory_watch.hpp>

#include <exception>
#include <string>
#include <utility>

namespace millrace::core {

MemoryWatch::MemoryWatch(std::shared_ptr<const LiveMemory> memory, std::shared_ptr<InputHold> hold,
                         std::shared_ptr<ContextWaiter> waiter)
    : memory_(std::move(memory)), hold_(std::move(hold)), waiter_(std::move(waiter)) {}

void MemoryWatch::onBatchEnded() {
  const bool isOver = memory_->isOverLimit();
  const int batches = isOver ? ++batchesOver_ : batchesOver_.exchange(0);
  if (isOver ? batches == 1 : batches > 0) {
    logWarning(isOver ? "windows and states do not fit into the memory budget: inputs wait"
                      : "windows and states fit into the memory budget again",
               {{"bytes", memory_->bytes()}, {"budget", memory_->limit()}, {"holders", memory_->describe()}});
    hold_->setMemoryFull(isOver);
  }
  if (isOver && batches == kPatience) endRun();
}

void MemoryWatch::endRun() const {
  const std::string reason =
      "windows and states need more memory than the budget of " + std::to_string(memory_->limit()) +
      " bytes: " + memory_->describe() +
      "; raise spark.driver.memory or spark.memory.fraction, give states a time-out, or shorten windows";
  logError("the run ends", {{"reason", reason}});
  waiter_->notifyError(std::make_exception_ptr(SparkException(reason)));
}

}  // namespace millrace::core
