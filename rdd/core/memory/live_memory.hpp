#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <string>

namespace millrace::core {

/// What windows and states hold in memory. It counts against the budget, and whatever can go makes room for it; but it can
/// neither go nor be written to the disk itself, so a run that needs more of it than the budget has cannot go on. Thread-safe.
class LiveMemory {
 public:
  struct Usage {
    std::size_t bytes = 0;
    std::size_t keys = 0;
  };

  explicit LiveMemory(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}

  std::size_t bytes() const;
  /// More is held than the budget has in all.
  bool isOverLimit() const { return bytes() > budget_->limit(); }
  std::size_t limit() const { return budget_->limit(); }
  /// Who holds most of it, at most three operators: "updateStateByKey #4 holds 1200000 keys in 96000000 bytes, …".
  std::string describe() const;

 private:
  friend class LiveShare;
  struct Share {
    OperatorPtr info;
    Usage usage;
  };

  const std::shared_ptr<MemoryBudget> budget_;
  mutable Mutex mutex_;
  std::list<Share> shares_ MILLRACE_GUARDED_BY(mutex_);
  std::size_t bytes_ MILLRACE_GUARDED_BY(mutex_) = 0;
};

/// What one state, or one partition of it, holds of the live memory; nothing any more once it is destroyed. One thread at a time.
class LiveShare {
 public:
  explicit LiveShare(std::shared_ptr<LiveMemory> memory);
  ~LiveShare();
  LiveShare(const LiveShare&) = delete;
  LiveShare& operator=(const LiveShare&) = delete;

  /// It holds exactly that from now on.
  void set(const OperatorPtr& info, LiveMemory::Usage usage);

 private:
  const std::shared_ptr<LiveMemory> memory_;
  std::list<LiveMemory::Share>::iterator place_;
};

}  // namespace millrace::core
