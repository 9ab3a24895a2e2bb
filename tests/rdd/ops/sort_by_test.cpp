#include <millrace/rdd/ops/sort_by.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/keyed.hpp"
#include "support/seed.hpp"

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

TEST(SortBy, SortsByWhatTheFunctionGives) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {31, 12, 23, 11, 32});
    EXPECT_EQ(rdd.sortBy([](int x) { return x; }).collect(), (std::vector<int>{11, 12, 23, 31, 32}));
    EXPECT_EQ(rdd.sortBy([](int x) { return x % 10; }).collect(), (std::vector<int>{31, 11, 12, 32, 23}));
    EXPECT_EQ(rdd.sortBy([](int x) { return x % 10; }, false, 2).collect(),
              (std::vector<int>{23, 12, 32, 31, 11}));
    EXPECT_TRUE(rddOf<int>(shape, {}).sortBy([](int x) { return x; }).collect().empty());
    auto views = rddOf<std::string_view>(shape, {"b", "a text beyond twelve bytes", "c"});
    EXPECT_EQ(views.sortBy([](std::string_view text) { return text; }).collect(),
              (std::vector<std::string>{"a text beyond twelve bytes", "b", "c"}));
    EXPECT_EQ(views.sortBy([](const std::string& text) { return text.size(); }).collect().back(),
              "a text beyond twelve bytes");
  }
}

TEST(SortBy, ForgetsThePartitionerAndNamesItsFunction) {
  auto pairs = rddOf<Pair>(Shape{}, {{1, 2}, {2, 1}, {1, 1}});
  auto byValue = pairs.sortBy([](const Pair& kv) { return kv.second; }, true, 2);
  EXPECT_FALSE(byValue.partitioner().has_value());
  EXPECT_EQ(byValue.groupByKey(2).count(), 2);
  expectFailureIn("sortBy", "no good",
                  [&] { pairs.sortBy([](const Pair&) -> int { throw std::runtime_error("no good"); }); });
}

TEST(SortBy, EqualsStableSortOnRandomRecords) {
  const test::Seed seed;
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    Pairs records(random() % 500);
    for (std::size_t i = 0; i < records.size(); ++i)
      records[i] = {static_cast<int>(random() % 20), static_cast<int>(i)};
    auto expected = records;
    std::ranges::stable_sort(expected, {}, &Pair::first);
    Shape shape{.partitions = 1 + static_cast<int>(random() % 5), .chunkSize = 1 + random() % 7};
    EXPECT_EQ(rddOf<Pair>(shape, records).sortBy([](const Pair& kv) { return kv.first; }).collect(),
              expected);
    EXPECT_EQ(rddOf<Pair>(shape, records).sortByKey(true, 7).collect(), expected);
  }
}

}  // namespace
}  // namespace millrace
