#pragma once

#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/spill/spill_file.hpp>

#include <cstddef>
#include <memory>

namespace millrace::core {

class LocalFiles;
class MemoryBudget;
class MemoryClaim;

/// The memory that the tasks of one operator share with all others, and the place on the disk for what it has no room for.
class SpillHome {
 public:
  SpillHome(OperatorPtr info, std::shared_ptr<MemoryBudget> memory, std::shared_ptr<LocalFiles> files,
            int threads);

  const OperatorPtr& info() const { return info_; }
  MemoryBudget& memory() const { return *memory_; }

  /// What each task may have whoever has the rest, so that all get on: a sixteenth of the budget for all tasks together.
  std::size_t share() const { return share_; }
  /// Lets the claim have so many bytes, if there is room or if they are no more than the share.
  bool fits(MemoryClaim& claim, std::size_t bytes) const;
  /// The same for what cannot be divided any further: it fits if the budget has so many bytes at all, whoever has them. Else
  /// SparkException that names the operator, with the cure.
  void require(MemoryClaim& claim, std::size_t bytes) const;

  /// How many runs a task reads at the same time: each needs memory for a block of records.
  std::size_t runsAtOnce() const;
  /// A new file, written in series of so many runs.
  SpillWriter write(std::size_t series) const;

 private:
  const OperatorPtr info_;
  const std::shared_ptr<MemoryBudget> memory_;
  const std::shared_ptr<LocalFiles> files_;
  const std::size_t share_;
};
using SpillHomePtr = std::shared_ptr<const SpillHome>;

}  // namespace millrace::core
