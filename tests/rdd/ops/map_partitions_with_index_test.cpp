#include <millrace/rdd/ops/map_partitions_with_index.hpp>

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

TEST(MapPartitionsWithIndex, TellsThePartitionsNumber) {
  auto sums = [](int index, auto& records) {
    int sum = 0;
    for (int x : records) sum += x;
    return Pairs{{index, sum}};
  };
  auto engine = test::makeEngine({.threads = 2});
  auto rdd = rddOf<int>(engine, {1, 2, 3, 4}, 2);
  EXPECT_EQ(rdd.mapPartitionsWithIndex(sums).collect(), (Pairs{{0, 3}, {1, 7}}));
  EXPECT_EQ(rddOf<int>(engine, {}, 2).mapPartitionsWithIndex(sums).collect(), (Pairs{{0, 0}, {1, 0}}));
  EXPECT_EQ(rdd.mapPartitionsWithIndex(sums).coalesce(1).collect(), (Pairs{{0, 3}, {1, 7}}))
      << "its own partition's number, not the task's";
}

TEST(MapPartitionsWithIndex, KeepsThePartitionerWhereAsked) {
  auto keyed = rddOf<Pair>(Shape{}, {{1, 1}}).partitionBy(HashPartitioner(2));
  auto nothing = [](int, auto&) { return Pairs{}; };
  EXPECT_FALSE(keyed.mapPartitionsWithIndex(nothing).partitioner().has_value());
  EXPECT_EQ(keyed.mapPartitionsWithIndex(nothing, true).partitioner(), HashPartitioner(2));
  expectFailureIn("mapPartitionsWithIndex", "no good", [&] {
    keyed.mapPartitionsWithIndex([](int, auto&) -> Pairs { throw std::runtime_error("no good"); }).collect();
  });
}

}  // namespace
}  // namespace millrace
