#include <millrace/rdd/ops/cartesian.hpp>

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

TEST(Cartesian, GivesAllPairs) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<int>(engine, {1, 2, 3}, shape.partitions), b = rddOf<int>(engine, {2, 3, 4}, 2);
    auto all = a.cartesian(b);
    EXPECT_EQ(all.getNumPartitions(), shape.partitions * 2);
    EXPECT_EQ(sorted(all.collect()),
              (Pairs{{1, 2}, {1, 3}, {1, 4}, {2, 2}, {2, 3}, {2, 4}, {3, 2}, {3, 3}, {3, 4}}));
    EXPECT_TRUE(a.cartesian(rddOf<int>(engine, {}, 2)).collect().empty());
    EXPECT_TRUE(rddOf<int>(engine, {}, 2).cartesian(a).collect().empty());
    EXPECT_EQ(a.cartesian(rddOf<int>(engine, {}, 0)).getNumPartitions(), 0);
  }
}

TEST(Cartesian, GoesLeftByLeftAndStopsEarly) {
  auto engine = test::makeEngine({.chunkSize = 2});
  auto a = rddOf<int>(engine, {1, 2, 3}, 1);
  auto b = rddOf<std::string_view>(engine, {"x", "a text beyond the inline size", "z"}, 1);
  EXPECT_EQ(a.cartesian(b).take(4),
            (Texts{{1, "x"}, {1, "a text beyond the inline size"}, {1, "z"}, {2, "x"}}));
  EXPECT_EQ(a.cartesian(b).count(), 9);
}

TEST(Cartesian, RefusesMorePartitionsThanItCanCount) {
  auto wide = rddOf<int>(Shape{}, {}).repartition(50'000);
  EXPECT_THROW(wide.cartesian(wide), IllegalArgument);
}

TEST(Cartesian, PassesOnAFailureOfEitherSide) {
  auto good = rddOf<int>(Shape{}, {1});
  auto bad = good.map([](int) -> int { throw std::runtime_error("no good"); });
  expectFailureIn("map", "no good", [&] { good.cartesian(bad).count(); });
  expectFailureIn("map", "no good", [&] { bad.cartesian(good).count(); });
}

}  // namespace
}  // namespace millrace
