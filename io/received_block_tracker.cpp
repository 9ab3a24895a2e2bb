#include <millrace/io/received_block_tracker.hpp>

#include <utility>

namespace millrace::core {

void ReceivedBlockTracker::addBlock(int streamId, BlockPtr block) {
  std::size_t bytes = block->bytes();
  unallocated_[streamId].push_back(std::move(block));
  bytes_ += bytes;
}

void ReceivedBlockTracker::allocateBlocksToBatch(std::int64_t batchTime) {
  if (batchTime <= lastAllocated_) return;
  lastAllocated_ = batchTime;
  batches_.emplace(batchTime, std::exchange(unallocated_, {}));
}

std::vector<BlockPtr> ReceivedBlockTracker::getBlocksOfBatch(std::int64_t batchTime, int streamId) const {
  auto batch = batches_.find(batchTime);
  return batch == batches_.end() ? std::vector<BlockPtr>() : of(batch->second, streamId);
}

std::vector<BlockPtr> ReceivedBlockTracker::getUnallocatedBlocks(int streamId) const {
  return of(unallocated_, streamId);
}

void ReceivedBlockTracker::cleanupOldBatches(std::int64_t threshold) {
  auto end = batches_.lower_bound(threshold);
  for (auto batch = batches_.begin(); batch != end; ++batch) {
    for (const auto& [streamId, blocks] : batch->second) {
      for (const BlockPtr& block : blocks) bytes_ -= block->bytes();
    }
  }
  batches_.erase(batches_.begin(), end);
}

std::vector<BlockPtr> ReceivedBlockTracker::of(const Blocks& blocks, int streamId) {
  auto found = blocks.find(streamId);
  return found == blocks.end() ? std::vector<BlockPtr>() : found->second;
}

}  // namespace millrace::core
