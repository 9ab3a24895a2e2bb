#include <millrace/rdd/ops/zip.hpp>

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

TEST(Zip, PairsWhatStandsAtTheSamePlace) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto numbers = rddOf<int>(engine, {1, 2, 3, 4, 5, 6, 7}, shape.partitions);
    auto halves = numbers.map([](int x) { return x + 0.5; }).filter([](double) { return true; });
    std::vector<std::pair<int, double>> expected;
    for (int i = 1; i <= 7; ++i) expected.emplace_back(i, i + 0.5);
    EXPECT_EQ(numbers.zip(halves).collect(), expected);
    EXPECT_EQ(numbers.zip(halves).take(2).size(), 2u);
    auto none = rddOf<int>(engine, {}, shape.partitions);
    EXPECT_TRUE(none.zip(none).collect().empty());
  }
}

// The sides' chunks end at different places.
TEST(Zip, KeepsPaceWithChunksOfAnySize) {
  auto engine = test::makeEngine({.chunkSize = 4});
  auto words =
      rddOf<std::string_view>(engine, {"a", "bb", "a text beyond the inline size", "d", "e", "f"}, 1);
  auto odd =
      rddOf<int>(engine, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 1).filter([](int x) { return x % 2 == 1; });
  EXPECT_EQ(
      odd.zip(words).collect(),
      (Texts{{1, "a"}, {3, "bb"}, {5, "a text beyond the inline size"}, {7, "d"}, {9, "e"}, {11, "f"}}));
}

TEST(Zip, RefusesSidesOfDifferentSize) {
  auto engine = test::makeEngine();
  auto one = rddOf<int>(engine, {1, 2}, 1), two = rddOf<int>(engine, {1, 2}, 2);
  EXPECT_THROW(one.zip(two), IllegalArgument);
  auto longer = rddOf<int>(engine, {1, 2, 3}, 1);
  expectFailureIn("zip", "different numbers of records", [&] { one.zip(longer).collect(); });
  expectFailureIn("zip", "different numbers of records", [&] { longer.zip(one).collect(); });
}

}  // namespace
}  // namespace millrace
