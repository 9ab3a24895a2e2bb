#include <millrace/base/memory_pool.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::core {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

/// The most that the pool may keep.
std::size_t budget() {
  return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) /
         8;
}

TEST(MemoryPool, GivesAgainWhatWasFreed) {
  void* first = poolAllocate(5 * kMiB);
  poolFree(first, 5 * kMiB);
  const std::size_t idle = poolIdleBytes();
  EXPECT_EQ(poolAllocate(5 * kMiB), first);
  EXPECT_EQ(poolIdleBytes(), idle - 5 * kMiB);
  poolFree(first, 5 * kMiB);
}

// Nothing touches this memory, so it is there in name only.
TEST(MemoryPool, GivesBackWhatLayIdleLongest) {
  constexpr std::size_t kOld = 48 * kMiB, kNew = 256 * kMiB;
  poolFree(poolAllocate(kOld), kOld);
  std::vector<void*> pieces;
  while (pieces.size() * kNew <= budget()) pieces.push_back(poolAllocate(kNew));
  for (void* piece : pieces) poolFree(piece, kNew);
  const std::size_t idle = poolIdleBytes();
  EXPECT_LE(idle, budget());

  void* fresh = poolAllocate(kOld);
  EXPECT_EQ(poolIdleBytes(), idle) << "the old piece was still kept";
  void* kept = poolAllocate(kNew);
  EXPECT_EQ(poolIdleBytes(), idle - kNew) << "a new piece was not kept";
  poolFree(kept, kNew);
  poolFree(fresh, kOld);
}

TEST(MemoryPool, GivesHugePagesToMemoryOfOthersWithoutHarm) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(kMiB);
  adviseHugePages(numbers.data(), numbers.capacity() * sizeof numbers[0]);
  adviseHugePages(nullptr, 0);
  for (std::uint64_t i = 0; i < kMiB; ++i) numbers.push_back(i);
  EXPECT_EQ(numbers.back(), kMiB - 1);
}

}  // namespace
}  // namespace millrace::core
