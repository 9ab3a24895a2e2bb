#include <millrace/rdd/core/graph/storage_level.hpp>

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(StorageLevel, IsCalledAsInSpark) {
  EXPECT_EQ(StorageLevel::NONE.description(), "NONE");
  EXPECT_EQ(StorageLevel::MEMORY_ONLY.description(), "MEMORY_ONLY");
  EXPECT_EQ(StorageLevel::MEMORY_ONLY_SER.description(), "MEMORY_ONLY_SER");
  EXPECT_EQ(StorageLevel::MEMORY_AND_DISK_SER_2.description(), "MEMORY_AND_DISK_SER_2");
  EXPECT_EQ(StorageLevel::MEMORY_AND_DISK.description(), "MEMORY_AND_DISK");
  EXPECT_EQ(StorageLevel::DISK_ONLY_3.description(), "DISK_ONLY_3");
}

TEST(StorageLevel, KnowsWhatItUses) {
  EXPECT_FALSE(StorageLevel::NONE.isValid());
  EXPECT_FALSE(StorageLevel().isValid());
  EXPECT_TRUE(StorageLevel::DISK_ONLY.isValid());
  EXPECT_FALSE(StorageLevel::DISK_ONLY.useMemory());
  EXPECT_TRUE(StorageLevel::MEMORY_ONLY.deserialized());
  EXPECT_FALSE(StorageLevel::MEMORY_ONLY_SER.deserialized());
  EXPECT_EQ(StorageLevel::MEMORY_ONLY_2.replication(), 2);
  EXPECT_NE(StorageLevel::MEMORY_ONLY, StorageLevel::MEMORY_ONLY_SER);
}

}  // namespace
}  // namespace millrace
