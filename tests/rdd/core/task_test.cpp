#include <millrace/rdd/core/task.hpp>

#include <millrace/rdd/core/reader.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

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

TEST(TaskFailure, NamesWhatItKnows) {
  auto cause = std::make_exception_ptr(std::runtime_error("broken"));
  EXPECT_STREQ(TaskFailure("map #2", 3, cause).what(), "map #2 failed in partition 3: broken");
  EXPECT_STREQ(TaskFailure("", 3, cause).what(), "a task failed in partition 3: broken");
}

TEST(TaskContext, IsThereInsideATaskOnly) {
  EXPECT_EQ(TaskContext::get(), nullptr);
  EXPECT_EQ(TaskContext::getPartitionId(), 0);
  {
    TaskContext::Scope outer(3);
    EXPECT_EQ(TaskContext::get()->partitionId(), 3);
    {
      TaskContext::Scope inner(5);
      EXPECT_EQ(TaskContext::getPartitionId(), 5);
    }
    EXPECT_EQ(TaskContext::getPartitionId(), 3);
  }
  EXPECT_EQ(TaskContext::get(), nullptr);
}

}  // namespace
}  // namespace millrace::core
