#include <millrace/rdd/core/shuffle/range_partitioner.hpp>

#include "support/readers.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

TEST(RangePartitioner, PutsAKeyUpToItsBound) {
  const RangePartitioner<int> up({10, 20}, true), down({10, 20}, false);
  EXPECT_EQ(up.partitions(), 3);
  const std::vector<std::pair<int, int>> expected{{-5, 0}, {10, 0}, {11, 1}, {20, 1}, {21, 2}};
  for (const auto& [key, partition] : expected) {
    EXPECT_EQ(up.partitionOf(key), partition) << key;
    EXPECT_EQ(down.partitionOf(key), 2 - partition) << key;
  }
  EXPECT_TRUE(up.equals(RangePartitioner<int>({10, 20}, true)));
  EXPECT_FALSE(up.equals(down));
  EXPECT_FALSE(up.equals(RangePartitioner<int>({10, 21}, true)));
  EXPECT_FALSE(up.equals(RangePartitioner<int>({10}, true)));
  EXPECT_FALSE(up.equals(*hashPartitioner(3)));
}

TEST(RangePartitioner, HasNoRangeWithoutKeys) {
  EXPECT_EQ(rangeBounds<int>({{1, 1}, {1, 1}, {1, 1}, {2, 1}}, 4), (std::vector<int>{1, 2}));
  EXPECT_TRUE(rangeBounds<int>({}, 3).empty());
}

TEST(RangePartitioner, SamplesEachKeyAsLikely) {
  using Records = std::vector<std::pair<int, int>>;
  std::vector<Records> chunks{{}};
  for (int i = 0; i < 1000; ++i) {
    if (i == 7 || i == 50 || i == 51 || i == 800) chunks.emplace_back();
    chunks.back().emplace_back(i, 0);
  }
  std::vector<int> hits(10);
  for (int round = 0; round < 300; ++round) {
    auto reader = test::chunksReader<std::pair<int, int>>(chunks);
    auto sample = reservoirOf<std::pair<int, int>>(*reader, 50, Random(7, round));
    EXPECT_EQ(sample.records, 1000u);
    ASSERT_EQ(sample.keys.size(), 50u);
    EXPECT_EQ((std::set<int>(sample.keys.begin(), sample.keys.end()).size()), 50u) << "a record taken twice";
    for (int key : sample.keys) ++hits[static_cast<std::size_t>(key / 100)];
  }
  for (int count : hits) EXPECT_NEAR(count, 1500, 200);
  auto few = reservoirOf<std::pair<int, int>>(*test::chunksReader<std::pair<int, int>>({{{4, 0}, {2, 0}}}),
                                              50, Random(7, 0));
  EXPECT_EQ(few.keys, (std::vector<int>{4, 2}));
}

}  // namespace
}  // namespace millrace::core
