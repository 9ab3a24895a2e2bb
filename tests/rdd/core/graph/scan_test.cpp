#include <millrace/rdd/core/graph/scan.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace millrace::core {
namespace {

TEST(Scan, BeginsWithOnePartition) {
  EXPECT_EQ(nextPartitionsToScan(0, 100, 0, 10), (std::vector<int>{0}));
  EXPECT_EQ(nextPartitionsToScan(0, 1, 0, 1'000'000), (std::vector<int>{0}));
}

TEST(Scan, TakesFourTimesAsManyWhileNothingIsFound) {
  EXPECT_EQ(nextPartitionsToScan(1, 100, 0, 10), (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(nextPartitionsToScan(5, 100, 0, 10).size(), 20u);
  EXPECT_EQ(nextPartitionsToScan(25, 30, 0, 10), (std::vector<int>{25, 26, 27, 28, 29}))
      << "but never too many";
}

TEST(Scan, EstimatesFromWhatWasFound) {
  // One partition gave 5 of 10: 1.5 * 10 / 5 are three partitions, one of them is done.
  EXPECT_EQ(nextPartitionsToScan(1, 100, 5, 10), (std::vector<int>{1, 2}));
  EXPECT_EQ(nextPartitionsToScan(1, 100, 9, 10).size(), 1u) << "at least one";
  EXPECT_EQ(nextPartitionsToScan(1, 100, 1, 1000).size(), 4u) << "at most four times as many";
}

TEST(Scan, EndsWithThePartitions) { EXPECT_TRUE(nextPartitionsToScan(3, 3, 0, 10).empty()); }

}  // namespace
}  // namespace millrace::core
