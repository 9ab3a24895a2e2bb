#include <millrace/rdd/core/records/chunk_size.hpp>

#include <gtest/gtest.h>

namespace millrace::core {
namespace {

TEST(ChunkSizeScope, CountsUntilItsEnd) {
  EXPECT_EQ(chunkSize(), kChunkSize);
  {
    ChunkSizeScope three(3);
    EXPECT_EQ(chunkSize(), 3u);
    {
      ChunkSizeScope one(1);
      EXPECT_EQ(chunkSize(), 1u);
    }
    EXPECT_EQ(chunkSize(), 3u);
  }
  EXPECT_EQ(chunkSize(), kChunkSize);
}

}  // namespace
}  // namespace millrace::core
