#include <millrace/rdd/core/graph/partitioner.hpp>
#include <millrace/rdd/core/records/key_form.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/records/table.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

TEST(Partitioner, IsEqualIfItsCountIs) {
  EXPECT_TRUE(hashPartitioner(3)->equals(*hashPartitioner(3)));
  EXPECT_FALSE(hashPartitioner(3)->equals(*hashPartitioner(4)));
  EXPECT_EQ(hashPartitioner(7)->partitions(), 7);
}

TEST(Partitioner, RefusesFewerThanOne) {
  for (int partitions : {0, -1}) {
    try {
      hashPartitioner(partitions);
      FAIL() << partitions;
    } catch (const IllegalArgument& error) {
      EXPECT_EQ(error.what(),
                "a shuffle into " + std::to_string(partitions) + " partitions: give at least 1");
    }
  }
}

std::vector<std::uint64_t> hashesOfWords(int count) {
  std::vector<std::uint64_t> hashes;
  for (int i = 0; i < count; ++i) {
    const std::string word = "word" + std::to_string(i);
    hashes.push_back(KeyForm<std::string>::probe(word).hash());
  }
  return hashes;
}

TEST(PartitionOfHash, SpreadsKeysEvenly) {
  constexpr int kKeys = 64'000;
  for (int partitions : {1, 2, 3, 5, 16, 100}) {
    std::vector<int> counts(static_cast<std::size_t>(partitions));
    for (auto hash : hashesOfWords(kKeys)) {
      int partition = partitionOfHash(hash, partitions);
      ASSERT_GE(partition, 0);
      ASSERT_LT(partition, partitions);
      ++counts[static_cast<std::size_t>(partition)];
    }
    const double even = static_cast<double>(kKeys) / partitions;
    EXPECT_GT(*std::ranges::min_element(counts), even * 0.8) << partitions;
    EXPECT_LT(*std::ranges::max_element(counts), even * 1.2) << partitions;
  }
}

// Tables place an entry by the high bits of its hash. If partitions followed them, a partition's keys would lie in one
// region of its table, and merging would be ten times slower.
TEST(PartitionOfHash, LeavesThePlaceInTheTableFree) {
  constexpr int kRegions = 64;
  constexpr int kKeys = 256'000;
  for (int partitions : {2, 3, 4, 8, 16}) {
    std::vector<std::vector<int>> counts(static_cast<std::size_t>(partitions), std::vector<int>(kRegions));
    for (auto hash : hashesOfWords(kKeys))
      ++counts[static_cast<std::size_t>(partitionOfHash(hash, partitions))][hash >> 58];
    const double even = static_cast<double>(kKeys) / partitions / kRegions;
    for (const auto& regions : counts) {
      EXPECT_GT(*std::ranges::min_element(regions), even * 0.6) << partitions;
      EXPECT_LT(*std::ranges::max_element(regions), even * 1.4) << partitions;
    }
  }
}

TEST(PartitionOfHash, SpreadsWholeNumbersToo) {
  for (int partitions : {2, 3, 8}) {
    std::vector<int> counts(static_cast<std::size_t>(partitions));
    for (long key = -5'000; key < 5'000; ++key)
      ++counts[static_cast<std::size_t>(partitionOfHash(KeyForm<long>::hash(key), partitions))];
    const double even = 10'000.0 / partitions;
    EXPECT_GT(*std::ranges::min_element(counts), even * 0.9) << partitions;
    EXPECT_LT(*std::ranges::max_element(counts), even * 1.1) << partitions;
  }
}

}  // namespace
}  // namespace millrace::core
