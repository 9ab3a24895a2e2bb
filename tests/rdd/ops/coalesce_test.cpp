#include <millrace/rdd/ops/coalesce.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/actions/collect.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::partitionsOf;
using test::rddOf;
using Slices = std::vector<std::vector<int>>;

RDD<int> tenInTen() { return rddOf<int>(test::makeEngine(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10); }

// Vector H06.
TEST(Coalesce, JoinsNeighboursInOrder) {
  EXPECT_EQ(partitionsOf(tenInTen().coalesce(2)), (Slices{{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}}));
  EXPECT_EQ(partitionsOf(tenInTen().coalesce(3)), (Slices{{1, 2, 3}, {4, 5, 6}, {7, 8, 9, 10}}));
  EXPECT_EQ(partitionsOf(tenInTen().coalesce(10)), partitionsOf(tenInTen()));
  EXPECT_EQ(partitionsOf(tenInTen().coalesce(20)), partitionsOf(tenInTen()));
  EXPECT_THROW(tenInTen().coalesce(0), IllegalArgument);
}

TEST(Coalesce, MayShuffleIntoMore) {
  EXPECT_EQ(tenInTen().coalesce(20, true).getNumPartitions(), 20);
  auto records = tenInTen().coalesce(20, true).collect();
  std::ranges::sort(records);
  EXPECT_EQ(records, tenInTen().collect());
  EXPECT_EQ(partitionsOf(tenInTen().coalesce(3, false)), (Slices{{1, 2, 3}, {4, 5, 6}, {7, 8, 9, 10}}));
  EXPECT_THROW(tenInTen().coalesce(0, true), IllegalArgument);
  EXPECT_THROW(tenInTen().coalesce(-1, false), IllegalArgument);
}

TEST(Coalesce, WorksWithTextAndWithoutPartitions) {
  auto lines = rddOf<std::string_view>(test::makeEngine(), {"a", "b", "c"}, 3);
  EXPECT_EQ(lines.coalesce(1).collect(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(lines.coalesce(2, false).collect(), (std::vector<std::string>{"a", "b", "c"}));
  auto none = rddOf<int>(test::makeEngine(), {}, 0);
  EXPECT_EQ(none.coalesce(3).getNumPartitions(), 0);
  EXPECT_TRUE(none.coalesce(3).collect().empty());
}

}  // namespace
}  // namespace millrace
