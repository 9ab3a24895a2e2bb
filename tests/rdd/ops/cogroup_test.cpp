#include <millrace/rdd/ops/cogroup.hpp>

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

using Ints = std::vector<int>;
using Words = std::vector<std::string>;

TEST(Cogroup, BringsTheValuesOfAKeyTogether) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {2, 1}, {3, 1}}, shape.partitions);
    auto b = rddOf<std::pair<int, std::string_view>>(engine, {{1, "x"}, {2, "y"}, {2, "z"}, {4, "w"}}, 2);
    auto c = rddOf<std::pair<int, std::string>>(engine, {{1, "a"}, {3, "b"}}, 1);
    auto two = a.cogroup(b);
    static_assert(std::is_same_v<decltype(two)::value_type, std::pair<int, std::pair<Ints, Words>>>);
    const std::vector<std::pair<int, std::pair<Ints, Words>>> expected{
        {1, {{1, 2}, {"x"}}}, {2, {{1}, {"y", "z"}}}, {3, {{1}, {}}}, {4, {{}, {"w"}}}};
    EXPECT_EQ(sorted(two.collect()), expected);
    EXPECT_EQ(sorted(a.groupWith(b).collect()), expected);
    using Three = std::tuple<Ints, Words, Words>;
    EXPECT_EQ(sorted(a.cogroup(b, c, 3).collect()),
              (std::vector<std::pair<int, Three>>{{1, Three{{1, 2}, {"x"}, {"a"}}},
                                                  {2, Three{{1}, {"y", "z"}, {}}},
                                                  {3, Three{{1}, {}, {"b"}}},
                                                  {4, Three{{}, {"w"}, {}}}}));
    EXPECT_EQ(a.cogroup(b, c, a, HashPartitioner(5)).partitioner(), HashPartitioner(5));
    EXPECT_EQ(sorted(a.groupWith(b, c, a).keys().collect()), (Ints{1, 2, 3, 4}));
  }
}

TEST(Cogroup, TakesSidesThatAreEmptyOrHaveNoPartitions) {
  auto engine = test::makeEngine();
  auto some = rddOf<Pair>(engine, {{1, 1}, {2, 2}}, 2);
  auto none = rddOf<Pair>(engine, {}, 0);
  EXPECT_EQ(none.cogroup(some).count(), 2);
  EXPECT_EQ(some.cogroup(none).count(), 2);
  EXPECT_EQ(none.cogroup(none).count(), 0);
}

// One side is spread as the result already, by a partitioner that is no hash; the other is moved to it.
TEST(Cogroup, ReadsASideInPlace) {
  auto engine = test::makeEngine({.threads = 2});
  auto odd = partitionerBy<int>(
      2, [](int key) { return key & 1; }, "odd");
  test::CountedReads<Pair> left(rddOf<Pair>(engine, {{1, 1}, {2, 2}, {3, 3}}, 3).partitionBy(odd));
  auto right = rddOf<Pair>(engine, {{3, 30}, {2, 20}, {5, 50}}, 2);
  auto both = left.rdd.cogroup(right);
  EXPECT_EQ(both.partitioner(), odd);
  auto parts = test::partitionsOf(
      both.mapValues([](const auto& sides) { return sides.first.size() * 10 + sides.second.size(); }));
  using Sizes = std::vector<std::pair<int, std::size_t>>;
  EXPECT_EQ(parts.at(0), (Sizes{{2, 11}}));
  EXPECT_EQ(sorted(parts.at(1)), (Sizes{{1, 10}, {3, 11}, {5, 1}}));
  auto swapped = right.cogroup(left.rdd);
  EXPECT_EQ(swapped.partitioner(), odd);
  EXPECT_EQ(swapped.count(), 4);
}

TEST(Cogroup, PassesOnAFailureOfItsInput) {
  auto bad =
      rddOf<Pair>(Shape{}, {{1, 1}}).mapValues([](int) -> int { throw std::runtime_error("no good"); });
  expectFailureIn("mapValues", "no good", [&] { bad.cogroup(bad).collect(); });
}

}  // namespace
}  // namespace millrace
