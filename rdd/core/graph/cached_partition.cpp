#include <millrace/base/log.hpp>
#include <millrace/rdd/core/graph/byte_blocks.hpp>
#include <millrace/rdd/core/graph/cached_partition.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {

/// As long as it lives, the partition is busy, and others wait.
class CachedPartition::Busy {
 public:
  explicit Busy(CachedPartition& partition) : partition_(partition) {}
  ~Busy() {
    MutexLock lock(partition_.mutex_);
    partition_.busy_ = false;
    partition_.changed_.notifyAll();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  CachedPartition& partition_;
};

CachedPartition::CachedPartition(std::shared_ptr<CacheHome> home, int number)
    : home_(std::move(home)), number_(number) {}

CachedPartition::~CachedPartition() { home_->memory->release(*this); }

ReaderPtr CachedPartition::read(FunctionRef<ReaderPtr(bool again)> compute) {
  bool again;
  {
    MutexLock lock(mutex_);
    while (busy_) changed_.wait(lock);
    if (stored_.block) {
      home_->memory->touch(*this);
      return openBlock(stored_.block);
    }
    busy_ = true;
    again = wasStored_;
  }
  const Busy busy(*this);
  Stored stored;
  ReaderPtr records = store(compute(again), stored);
  MutexLock lock(mutex_);
  stored_ = std::move(stored);
  wasStored_ = wasStored_ || stored_.block != nullptr;
  return records ? std::move(records) : openBlock(stored_.block);
}

/// Sets what is stored, or gives a reader of what could not be.
ReaderPtr CachedPartition::store(ReaderPtr records, Stored& stored) {
  if (home_->usesMemory()) return storeInMemory(std::move(records), stored);
  stored = storeOnDisk(*records);
  return nullptr;
}

ReaderPtr CachedPartition::storeInMemory(ReaderPtr records, Stored& stored) {
  const auto builder =
      home_->isSerialized() ? byteBlockBuilder(home_->form, home_->info) : home_->form.build();
  MemoryClaim claim(*home_->memory, home_.get());
  bool fits = true, ended = false;
  while (fits && !ended) {
    ended = !builder->take(*records);
    fits = claim.growTo(builder->bytes()) || home_->mustStay();
  }
  BlockPtr block = builder->finish();
  if (ended && (claim.growTo(block->bytes()) || home_->mustStay())) {
    claim.handOver(block->bytes(), shared_from_this());
    stored = {std::move(block)};
    return nullptr;
  }
  std::vector<ReaderPtr> all;
  all.push_back(openBlock(std::move(block)));
  all.push_back(std::move(records));
  ReaderPtr both = home_->form.concat(std::move(all));
  if (home_->mayGoToDisk()) {
    stored = storeOnDisk(*both);
    return nullptr;
  }
  sayThatItIsFull();
  return both;
}

CachedPartition::Stored CachedPartition::storeOnDisk(ReaderBase& records) const {
  auto file = home_->files->create("rdd-" + std::to_string(number_));
  auto [block, bytes] = writeFileBlock(home_->form, home_->info, std::move(file), records);
  return {std::move(block), bytes};
}

void CachedPartition::sayThatItIsFull() const {
  if (home_->saidThatItIsFull.exchange(true)) return;
  logWarning(
      "the memory budget has no room for a cached RDD: what does not fit is computed whenever it is read; "
      "persist it with MEMORY_AND_DISK, or raise spark.driver.memory or spark.memory.fraction",
      {{"rdd", home_->info->describe()}, {"partition", number_}, {"budget", home_->memory->limit()}});
}

bool CachedPartition::isStored() const {
  MutexLock lock(mutex_);
  return stored_.block != nullptr;
}

bool CachedPartition::keep() {
  MutexLock lock(mutex_);
  isKept_ = isKept_ || (stored_.block && !busy_);
  return isKept_;
}

StoredSize CachedPartition::size() const {
  MutexLock lock(mutex_);
  if (!stored_.block) return {};
  return {true, stored_.block->bytes(), stored_.onDisk};
}

void CachedPartition::evict() {
  BlockPtr block;
  bool moves;
  {
    MutexLock lock(mutex_);
    const bool isRead = stored_.block.use_count() > 1;
    moves = isKept_ || home_->level.useDisk() || home_->ifFull == IfFull::kKeep;
    const bool isInMemory = stored_.block && stored_.onDisk == 0;
    if (busy_ || isRead || !isInMemory || (moves && !home_->form.hasBytes())) return;
    busy_ = moves;
    block = stored_.block;
    if (!moves) stored_ = {};
  }
  if (moves && !moveToDisk(*block)) return;
  block.reset();
  home_->memory->release(*this);
}

bool CachedPartition::moveToDisk(const Block& block) {
  const Busy busy(*this);
  try {
    Stored moved = storeOnDisk(*block.open());
    MutexLock lock(mutex_);
    stored_ = std::move(moved);
    return true;
  } catch (const std::exception& error) {
    logWarning("a cached partition cannot be written to the disk and stays in memory",
               {{"rdd", home_->info->describe()}, {"partition", number_}, {"error", error.what()}});
    return false;
  }
}

}  // namespace millrace::core
