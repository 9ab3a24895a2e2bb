#pragma once

#include <millrace/rdd/core/records/block.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace millrace::core {

/// Which received blocks belong to which batch. A block goes to the first batch allocated after it came, whole and in
/// order; once allocated a batch never changes. Not for several threads.
class ReceivedBlockTracker {
 public:
  void addBlock(int streamId, BlockPtr block);

  /// Gives all blocks that have no batch yet to this one. Without effect unless the time is later than any before.
  void allocateBlocksToBatch(std::int64_t batchTime);
  /// Empty for a time that was not allocated.
  std::vector<BlockPtr> getBlocksOfBatch(std::int64_t batchTime, int streamId) const;

  bool hasUnallocatedBlocks() const { return !unallocated_.empty(); }
  std::vector<BlockPtr> getUnallocatedBlocks(int streamId) const;

  /// Forgets the batches strictly older than `threshold`.
  void cleanupOldBatches(std::int64_t threshold);

  /// Memory of all blocks known here.
  std::size_t bytes() const { return bytes_; }

 private:
  using Blocks = std::map<int, std::vector<BlockPtr>>;

  static std::vector<BlockPtr> of(const Blocks& blocks, int streamId);

  Blocks unallocated_;
  std::map<std::int64_t, Blocks> batches_;
  std::int64_t lastAllocated_ = std::numeric_limits<std::int64_t>::min();
  std::size_t bytes_ = 0;
};

}  // namespace millrace::core
