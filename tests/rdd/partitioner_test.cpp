#include <millrace/rdd/partitioner.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Pair = std::pair<int, int>;
using test::rddOf;

TEST(Partitioner, OfHashesIsEqualByItsCount) {
  EXPECT_EQ(HashPartitioner(3), HashPartitioner(3));
  EXPECT_NE(HashPartitioner(3), HashPartitioner(4));
  EXPECT_EQ(HashPartitioner(3).numPartitions(), 3);
  EXPECT_THROW(HashPartitioner(0), IllegalArgument);
}

TEST(Partitioner, OfHashesTakesKeysOfAnyType) {
  const HashPartitioner five(5);
  for (int key : {-5, -1, 0, 1, 77}) {
    EXPECT_GE(five.getPartition(key), 0);
    EXPECT_LT(five.getPartition(key), 5);
  }
  EXPECT_EQ(five.getPartition(std::string("a text beyond twelve bytes")),
            five.getPartition(std::string_view("a text beyond twelve bytes")));
  EXPECT_LT(five.getPartition(std::pair(1, std::string("a"))), 5);
}

TEST(Partitioner, OfYoursIsEqualByTypeIdentityAndCount) {
  auto make = [](int partitions, std::string identity) {
    return partitionerBy<int>(
        partitions, [](int key) { return key & 1; }, std::move(identity));
  };
  EXPECT_EQ(make(2, "odd"), make(2, "odd"));
  EXPECT_NE(make(2, "odd"), make(3, "odd"));
  EXPECT_NE(make(2, "odd"), make(2, "even"));
  EXPECT_NE(make(2, "odd"), HashPartitioner(2));
  EXPECT_NE(HashPartitioner(2), make(2, "odd"));
  EXPECT_EQ(make(2, "odd").getPartition(3), 1);
  EXPECT_THROW(make(2, "odd").getPartition(std::string("x")), IllegalArgument);
  EXPECT_THROW(make(0, "odd"), IllegalArgument);
}

TEST(Partitioner, OfRangesHasOnePartitionForNothing) {
  auto engine = test::makeEngine();
  EXPECT_EQ(RangePartitioner(22, rddOf<Pair>(engine, {}, 3)).numPartitions(), 1);
  EXPECT_EQ(RangePartitioner(22, rddOf<Pair>(engine, {{1, 0}, {2, 0}, {3, 0}}, 2)).numPartitions(), 3);
  EXPECT_EQ(RangePartitioner(1, rddOf<Pair>(engine, {{1, 0}, {2, 0}}, 2)).numPartitions(), 1);
  EXPECT_THROW(RangePartitioner(0, rddOf<Pair>(engine, {}, 1)), IllegalArgument);
}

}  // namespace
}  // namespace millrace
