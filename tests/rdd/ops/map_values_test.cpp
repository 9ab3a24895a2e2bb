#include <millrace/rdd/ops/map_values.hpp>

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

TEST(MapValues, ChangesValuesInOrderAndKeepsKeys) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Pair>(shape, {{1, 2}, {1, 3}, {5, 4}, {0, 0}});
    EXPECT_EQ(rdd.mapValues([](int x) { return x * 10; }).collect(),
              (Pairs{{1, 20}, {1, 30}, {5, 40}, {0, 0}}));
    EXPECT_EQ(rdd.mapValues([](int x) { return std::to_string(x); }).take(2), (Texts{{1, "2"}, {1, "3"}}));
    EXPECT_TRUE(rddOf<Pair>(shape, {}).mapValues([](int x) { return x; }).collect().empty());
  }
}

TEST(MapValues, TakesViewsAndTextsThatItOwns) {
  using View = std::pair<std::string_view, std::string_view>;
  using Owned = std::vector<std::pair<std::string, std::string>>;
  auto views = rddOf<View>(Shape{.chunkSize = 3}, {{"a", "one beyond the inline size"}, {"b", "two"}});
  auto tails = views.mapValues([](std::string_view text) { return text.substr(1); });
  static_assert(std::is_same_v<decltype(tails)::value_type, View>);
  EXPECT_EQ(tails.collect(), (Owned{{"a", "ne beyond the inline size"}, {"b", "wo"}}));
  auto borrowed = views.mapValues([](const std::string& text) { return std::string_view(text).substr(1); });
  EXPECT_EQ(borrowed.collect(), tails.collect());
  EXPECT_EQ(views.mapValues([](const std::string& text) { return text + "!"; }).take(1),
            (Owned{{"a", "one beyond the inline size!"}}));
}

TEST(MapValues, KeepsThePartitioner) {
  auto grouped = rddOf<Pair>(Shape{}, {{1, 1}, {2, 2}}).groupByKey(3);
  EXPECT_EQ(grouped.mapValues([](const auto& all) { return all.size(); }).partitioner(), HashPartitioner(3));
}

TEST(MapValues, NamesItselfWhereTheFunctionThrows) {
  auto rdd = rddOf<Pair>(Shape{.partitions = 1}, {{1, 1}});
  expectFailureIn("mapValues", "no good",
                  [&] { rdd.mapValues([](int) -> int { throw std::runtime_error("no good"); }).collect(); });
}

}  // namespace
}  // namespace millrace
