#include <millrace/rdd/ops/flat_map_values.hpp>

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

TEST(FlatMapValues, GivesAPairPerElementInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Pair>(shape, {{1, 2}, {7, 0}, {1, 3}});
    EXPECT_EQ(rdd.flatMapValues([](int n) { return std::views::iota(0, n); }).collect(),
              (Pairs{{1, 0}, {1, 1}, {1, 0}, {1, 1}, {1, 2}}));
    EXPECT_EQ(rdd.flatMapValues([](int n) { return std::vector<std::string>(std::size_t(n), "x"); }).count(),
              5);
    EXPECT_TRUE(rddOf<Pair>(shape, {}).flatMapValues([](int) { return std::vector{1}; }).collect().empty());
  }
}

TEST(FlatMapValues, KeepsItsPlaceInOneThatExpandsToMillions) {
  auto many = rddOf<Pair>(Shape{.partitions = 1}, {{1, 5'000'000}, {2, 1}});
  EXPECT_EQ(many.flatMapValues([](int n) { return std::views::iota(0, n); }).count(), 5'000'001);
  EXPECT_EQ(many.flatMapValues([](int n) { return std::views::iota(0, n); }).take(2),
            (Pairs{{1, 0}, {1, 1}}));
}

TEST(FlatMapValues, KeepsRangesThatItsViewsBorrowFrom) {
  using View = std::pair<int, std::string_view>;
  auto views = rddOf<View>(Shape{.chunkSize = 3}, {{1, "a text beyond the inline size"}, {2, "b"}});
  auto parts = views.flatMapValues([](const std::string& text) {
    return std::vector<std::string>{text, text + " and more of it beyond"};
  });
  EXPECT_EQ(parts.collect(), (Texts{{1, "a text beyond the inline size"},
                                    {1, "a text beyond the inline size and more of it beyond"},
                                    {2, "b"},
                                    {2, "b and more of it beyond"}}));
  auto halves = views.flatMapValues([](std::string_view text) {
    return std::vector{text.substr(0, 1), text};
  });
  static_assert(std::is_same_v<decltype(halves)::value_type, View>);
  EXPECT_EQ(halves.collect(), (Texts{{1, "a"}, {1, "a text beyond the inline size"}, {2, "b"}, {2, "b"}}));
}

TEST(FlatMapValues, KeepsThePartitionerAndNamesItself) {
  auto keyed = rddOf<Pair>(Shape{}, {{1, 1}, {2, 2}}).partitionBy(HashPartitioner(3));
  auto same = [](int x) { return std::vector{x}; };
  EXPECT_EQ(keyed.flatMapValues(same).partitioner(), HashPartitioner(3));
  expectFailureIn("flatMapValues", "no good", [&] {
    keyed.flatMapValues([](int) -> std::vector<int> { throw std::runtime_error("no good"); }).collect();
  });
}

}  // namespace
}  // namespace millrace
