#pragma once

#include <millrace/contexts/scheduler/context_waiter.hpp>
#include <millrace/contexts/scheduler/input_hold.hpp>
#include <millrace/rdd/core/memory/live_memory.hpp>

#include <atomic>
#include <memory>

namespace millrace::core {

/// Looks, whenever a batch or epoch has ended, whether the windows and states of the run fit into the memory budget. While they do
/// not, inputs are held, and batches go on, so that time-outs and windows can make room. After kPatience batches without room the
/// run ends with an error that says who needs the memory. Thread-safe.
class MemoryWatch {
 public:
  static constexpr int kPatience = 10;

  MemoryWatch(std::shared_ptr<const LiveMemory> memory, std::shared_ptr<InputHold> hold,
              std::shared_ptr<ContextWaiter> waiter);

  void onBatchEnded();

 private:
  void endRun() const;

  const std::shared_ptr<const LiveMemory> memory_;
  const std::shared_ptr<InputHold> hold_;
  const std::shared_ptr<ContextWaiter> waiter_;
  std::atomic<int> batchesOver_ = 0;  // in a row
};

}  // namespace millrace::core
