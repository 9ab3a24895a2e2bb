#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/shuffle/map_files.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <vector>

namespace millrace::core {

/// Merges what the map tasks of a side wrote while others still run, in the order of the tasks. Once something is on the
/// disk, what comes later goes there too.
class MergeAhead {
 public:
  MergeAhead(const MapSide& map, int side, std::size_t tasks);

  /// The claim is for what the files hold.
  void add(std::size_t task, MapFiles files, std::unique_ptr<MemoryClaim> claim);

  /// After the last task: what was written to the disk, in order, or else a merger for each output.
  struct Merged {
    std::vector<SpillFilePtr> spilled;
    std::vector<std::unique_ptr<ShuffleMerger>> mergers;
  };
  Merged finish();

 private:
  struct Task {
    MapFiles files;
    std::unique_ptr<MemoryClaim> claim;
  };
  std::exception_ptr tryMerge(Task task) noexcept;
  void merge(Task task);
  void spillMerged();

  const MapSide& map_;
  const int side_;
  // Of whoever is merging.
  Merged merged_;
  MemoryClaim claim_;
  bool holdsMerged_ = false;

  Mutex mutex_;
  std::vector<Task> written_ MILLRACE_GUARDED_BY(mutex_);
  std::size_t next_ MILLRACE_GUARDED_BY(mutex_) = 0;
  bool merging_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::exception_ptr failure_ MILLRACE_GUARDED_BY(mutex_);  // what is merged in part cannot be merged again
};

}  // namespace millrace::core
