#include <millrace/rdd/ops/repartition.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/actions/collect.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::Shape;

TEST(Repartition, SpreadsTheRecordsOverExactlySoMany) {
  std::vector<int> records(100);
  std::iota(records.begin(), records.end(), 1);
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    for (int partitions : {1, 2, 5, 30}) {
      auto spread = test::rddOf<int>(shape, records).repartition(partitions);
      EXPECT_EQ(spread.getNumPartitions(), partitions);
      const std::size_t even = 100 / static_cast<std::size_t>(partitions);
      for (const auto& partition : test::partitionsOf(spread))
        EXPECT_LE(partition.size(), even + 1 + static_cast<std::size_t>(shape.partitions));
      auto all = spread.collect();
      std::ranges::sort(all);
      EXPECT_EQ(all, records);
    }
  }
}

TEST(Repartition, IsTheSameEachTime) {
  auto rdd = test::rddOf<int>(Shape{.partitions = 5, .threads = 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_EQ(test::partitionsOf(rdd.repartition(4)), test::partitionsOf(rdd.repartition(4)));
}

TEST(Repartition, OwnsText) {
  auto spread = test::rddOf<std::string_view>(Shape{}, {"one", "two"}).repartition(1);
  static_assert(std::is_same_v<decltype(spread), RDD<std::string>>);
  auto all = spread.collect();
  std::ranges::sort(all);
  EXPECT_EQ(all, (std::vector<std::string>{"one", "two"}));
}

TEST(Repartition, OfNothingGivesEmptyPartitions) {
  EXPECT_EQ(test::partitionsOf(test::rddOf<int>(Shape{}, {}).repartition(3)),
            std::vector<std::vector<int>>(3));
  EXPECT_EQ(test::rddOf<int>(test::makeEngine(), {}, 0).repartition(3).collect().size(), 0u);
}

TEST(Repartition, RefusesFewerThanOne) {
  EXPECT_THROW(test::rddOf<int>(Shape{}, {1}).repartition(0), IllegalArgument);
}

}  // namespace
}  // namespace millrace
