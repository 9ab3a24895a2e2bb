#include <millrace/io/received_block_tracker.hpp>

#include <millrace/io/record_block.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace millrace::core {
namespace {

using Blocks = std::vector<BlockPtr>;

Blocks add(ReceivedBlockTracker& tracker, int streamId, int count) {
  Blocks blocks;
  for (int i = 0; i < count; ++i) {
    blocks.push_back(blockOf(std::vector{i}));
    tracker.addBlock(streamId, blocks.back());
  }
  return blocks;
}

TEST(ReceivedBlockTracker, F34_BlocksGoToTheFirstBatchAllocatedAfterThem) {
  ReceivedBlockTracker tracker;
  Blocks first = add(tracker, 0, 5);
  EXPECT_EQ(tracker.getUnallocatedBlocks(0), first);
  EXPECT_TRUE(tracker.hasUnallocatedBlocks());

  tracker.allocateBlocksToBatch(1);
  EXPECT_EQ(tracker.getBlocksOfBatch(1, 0), first);
  EXPECT_EQ(tracker.getUnallocatedBlocks(0), Blocks());
  EXPECT_FALSE(tracker.hasUnallocatedBlocks());

  tracker.allocateBlocksToBatch(2);
  EXPECT_EQ(tracker.getBlocksOfBatch(2, 0), Blocks());

  tracker.allocateBlocksToBatch(1);
  EXPECT_EQ(tracker.getBlocksOfBatch(1, 0), first);

  Blocks second = add(tracker, 0, 5);
  tracker.allocateBlocksToBatch(2);
  EXPECT_EQ(tracker.getBlocksOfBatch(2, 0), Blocks());
  EXPECT_EQ(tracker.getUnallocatedBlocks(0), second);
}

TEST(ReceivedBlockTracker, F34_CleanupForgetsStrictlyOlderBatches) {
  ReceivedBlockTracker tracker;
  std::size_t bytes = 0;
  for (int batch = 1; batch <= 3; ++batch) {
    for (const BlockPtr& block : add(tracker, 0, batch)) bytes += block->bytes();
    tracker.allocateBlocksToBatch(batch);
  }
  EXPECT_EQ(tracker.bytes(), bytes);
  tracker.cleanupOldBatches(2);
  EXPECT_EQ(tracker.getBlocksOfBatch(1, 0), Blocks());
  EXPECT_EQ(tracker.getBlocksOfBatch(2, 0).size(), 2u);
  EXPECT_EQ(tracker.bytes(), bytes * 5 / 6);
  tracker.cleanupOldBatches(4);
  EXPECT_EQ(tracker.bytes(), 0u);
}

TEST(ReceivedBlockTracker, StreamsAreKeptApart) {
  ReceivedBlockTracker tracker;
  Blocks first = add(tracker, 0, 1);
  Blocks third = add(tracker, 2, 2);
  tracker.allocateBlocksToBatch(1);
  EXPECT_EQ(tracker.getBlocksOfBatch(1, 0), first);
  EXPECT_EQ(tracker.getBlocksOfBatch(1, 1), Blocks());
  EXPECT_EQ(tracker.getBlocksOfBatch(1, 2), third);
}

}  // namespace
}  // namespace millrace::core
