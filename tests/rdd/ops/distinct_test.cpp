#include <millrace/rdd/ops/distinct.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/keyed.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::expectFailureIn;
using test::rddOf;
using test::Shape;
using test::sorted;
using Pair = std::pair<int, int>;
using Pairs = std::vector<Pair>;
using Texts = std::vector<std::pair<int, std::string>>;

TEST(Distinct, KeepsEachRecordOnce) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(sorted(rddOf<int>(shape, {3, 1, 3, 2, 1, 1}).distinct().collect()),
              (std::vector<int>{1, 2, 3}));
    auto texts =
        std::vector<std::string>{"b", "a text beyond twelve bytes", "b", "a text beyond twelve bytes", ""};
    const std::vector<std::string> expected{"", "a text beyond twelve bytes", "b"};
    EXPECT_EQ(sorted(rddOf<std::string>(shape, texts).distinct().collect()), expected);
    EXPECT_EQ(sorted(rddOf<std::string_view>(shape, texts).distinct(3).collect()), expected);
    EXPECT_EQ(rddOf<int>(shape, {1}).distinct(3).getNumPartitions(), 3);
    EXPECT_EQ(rddOf<int>(shape, {1}).distinct().getNumPartitions(), shape.partitions);
    EXPECT_TRUE(rddOf<int>(shape, {}).distinct().collect().empty());
  }
  EXPECT_THROW(rddOf<int>(Shape{}, {1}).distinct(0), IllegalArgument);
}

TEST(Distinct, KeepsThePartitionerWhereTheNumberStays) {
  auto keyed = rddOf<Pair>(Shape{}, {{1, 1}, {1, 1}, {1, 2}, {2, 1}, {2, 1}}).partitionBy(HashPartitioner(3));
  EXPECT_EQ(keyed.distinct().partitioner(), HashPartitioner(3));
  EXPECT_EQ(keyed.distinct(3).partitioner(), HashPartitioner(3));
  EXPECT_FALSE(keyed.distinct(2).partitioner().has_value());
  EXPECT_FALSE(rddOf<Pair>(Shape{}, {}).distinct().partitioner().has_value());
  EXPECT_EQ(sorted(keyed.distinct().collect()), (Pairs{{1, 1}, {1, 2}, {2, 1}}));
  // A distinct by whole pairs must not pass for one by key.
  EXPECT_EQ(sorted(keyed.distinct(2)
                       .groupByKey(2)
                       .mapValues([](const auto& all) { return int(all.size()); })
                       .collect()),
            (Pairs{{1, 2}, {2, 1}}));
}

}  // namespace
}  // namespace millrace
