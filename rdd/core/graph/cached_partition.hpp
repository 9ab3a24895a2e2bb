#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/storage_level.hpp>
#include <millrace/rdd/core/graph/stored_form.hpp>
#include <millrace/rdd/core/memory/local_files.hpp>
#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace millrace::core {

/// How, and where, the partitions of one cached RDD are stored.
struct CacheHome {
  const StorageLevel level;
  const StoredForm& form;
  const OperatorPtr info;
  const std::shared_ptr<MemoryBudget> memory;
  const std::shared_ptr<LocalFiles> files;
  const IfFull ifFull;
  std::atomic<bool> saidThatItIsFull = false;

  bool mayGoToDisk() const { return form.hasBytes() && (level.useDisk() || ifFull == IfFull::kKeep); }
  bool mustStay() const { return !form.hasBytes() && ifFull == IfFull::kKeep; }
  bool usesMemory() const { return level.useMemory() || !form.hasBytes(); }
  bool isSerialized() const { return !level.deserialized() && form.hasBytes(); }
};

/// Where a partition is stored, if it is, in bytes of each.
struct StoredSize {
  bool isStored = false;
  std::size_t memory = 0;
  std::size_t disk = 0;
};

/// One partition of a cached RDD. The first task that asks for it makes and stores it, while others that ask wait. If making
/// it fails, the task that tried gets the error, and the next one that asks tries again. Waiting cannot deadlock: a task
/// waits only for partitions of ancestors of what it is making itself.
///
/// It is stored as the level says. Where the memory budget has no room, it goes to the disk, or, at a level without one, is
/// not stored: who asks gets the records as they are made. It may go the same way later, for the sake of others, while
/// nobody reads it. One that cannot be computed again stays in memory, which the budget counts all the same.
class CachedPartition final : public MemoryBudget::Holder,
                              public std::enable_shared_from_this<CachedPartition> {
 public:
  CachedPartition(std::shared_ptr<CacheHome> home, int number);
  ~CachedPartition() override;

  /// `compute` makes the partition; `again` says that it was stored before, and others may have let go of what it needs.
  ReaderPtr read(FunctionRef<ReaderPtr(bool again)> compute);
  bool isStored() const;
  /// From now on it is not dropped: it stays in memory where there are no bytes to write. False if it is not stored.
  bool keep();
  StoredSize size() const;

  void evict() override;

 private:
  class Busy;
  struct Stored {
    BlockPtr block;
    std::size_t onDisk = 0;
  };
  ReaderPtr store(ReaderPtr records, Stored& stored);
  ReaderPtr storeInMemory(ReaderPtr records, Stored& stored);
  Stored storeOnDisk(ReaderBase& records) const;
  bool moveToDisk(const Block& block);
  void sayThatItIsFull() const;

  const std::shared_ptr<CacheHome> home_;
  const int number_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  Stored stored_ MILLRACE_GUARDED_BY(mutex_);
  bool wasStored_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool isKept_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool busy_ MILLRACE_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::core
