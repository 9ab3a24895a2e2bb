#include <millrace/rdd/ops/filter_by_range.hpp>

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

TEST(FilterByRange, KeepsBothEnds) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Pair>(shape, {{5, 1}, {1, 2}, {3, 3}, {2, 4}, {3, 5}});
    EXPECT_EQ(rdd.filterByRange(2, 3).collect(), (Pairs{{3, 3}, {2, 4}, {3, 5}}));
    EXPECT_EQ(rdd.sortByKey().filterByRange(2, 3).collect(), (Pairs{{2, 4}, {3, 3}, {3, 5}}));
    EXPECT_EQ(rdd.sortByKey(false).filterByRange(2, 3).collect(), (Pairs{{3, 3}, {3, 5}, {2, 4}}));
    EXPECT_TRUE(rdd.sortByKey().filterByRange(3, 2).collect().empty());
    EXPECT_TRUE(rdd.filterByRange(3, 2).collect().empty());
    EXPECT_EQ(rdd.sortByKey().filterByRange(-100, 100).count(), 5);
    auto views = rddOf<std::pair<std::string_view, int>>(shape, {{"b", 1}, {"a", 2}});
    EXPECT_EQ(views.filterByRange("b", "c").keys().collect(), std::vector<std::string>{"b"});
  }
}

TEST(FilterByRange, ReadsOnlyThePartitionsOfTheRange) {
  Pairs pairs;
  for (int i = 0; i < 1000; ++i) pairs.emplace_back(i, i);
  auto all = rddOf<Pair>(Shape{}, pairs).sortByKey(true, 10);
  ASSERT_EQ(all.getNumPartitions(), 10);
  test::CountedReads<Pair> reads(all);
  auto some = reads.rdd.filterByRange(500, 510);
  EXPECT_LE(some.getNumPartitions(), 2);
  EXPECT_EQ(some.count(), 11);
  EXPECT_EQ(*reads.count, some.getNumPartitions());
  EXPECT_FALSE(some.partitioner().has_value());
  EXPECT_EQ(reads.rdd.filterByRange(510, 500).getNumPartitions(), 0);
}

}  // namespace
}  // namespace millrace
