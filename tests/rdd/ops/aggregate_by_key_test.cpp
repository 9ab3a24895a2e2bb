#include <millrace/rdd/ops/aggregate_by_key.hpp>

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

TEST(AggregateByKey, FoldsIntoAZeroPerKey) {
  using Set = std::set<int>;
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Pair>(shape, {{1, 1}, {1, 1}, {3, 2}, {5, 1}, {5, 3}});
    auto sets = rdd.aggregateByKey(
        Set{},
        [](Set all, int x) {
          all.insert(x);
          return all;
        },
        [](Set all, const Set& more) {
          all.insert(more.begin(), more.end());
          return all;
        });
    EXPECT_EQ(sorted(sets.collect()), (std::vector<std::pair<int, Set>>{{1, {1}}, {3, {2}}, {5, {1, 3}}}));
    EXPECT_EQ(sorted(rdd.foldByKey(0, std::plus<>{}).collect()), (Pairs{{1, 2}, {3, 2}, {5, 4}}));
    EXPECT_EQ(rdd.foldByKey(0, std::plus<>{}, 7).getNumPartitions(), 7);
    EXPECT_TRUE(rddOf<Pair>(shape, {}).foldByKey(0, std::plus<>{}).collect().empty());
  }
}

TEST(AggregateByKey, AppliesTheZeroOncePerKeyAndPartition) {
  auto engine = test::makeEngine();
  EXPECT_EQ(rddOf<Pair>(engine, {{1, 1}, {1, 2}, {1, 3}, {1, 4}}, 2).foldByKey(10, std::plus<>{}).collect(),
            (Pairs{{1, 30}}));
  EXPECT_EQ(rddOf<Pair>(engine, {{1, 1}, {1, 2}, {1, 3}, {1, 4}}, 1).foldByKey(10, std::plus<>{}).collect(),
            (Pairs{{1, 20}}));
}

// More keys than a map task would combine otherwise.
TEST(AggregateByKey, AppliesTheZeroOnceHoweverManyKeysThereAre) {
  Pairs records;
  for (int i = 0; i < 300'000; ++i) records.emplace_back(i % 150'000, 1);
  auto sums = rddOf<Pair>(Shape{.partitions = 1}, records).foldByKey(10, std::plus<>{}, 3).collect();
  ASSERT_EQ(sums.size(), 150'000u);
  for (const auto& [key, sum] : sums) ASSERT_EQ(sum, 12) << key;
}

TEST(AggregateByKey, NamesItselfWhereAFunctionThrows) {
  auto rdd = rddOf<Pair>(Shape{}, {{1, 1}});
  auto fail = [](int, int) -> int { throw std::runtime_error("no good"); };
  expectFailureIn("foldByKey", "no good", [&] { rdd.foldByKey(0, fail).collect(); });
  expectFailureIn("aggregateByKey", "no good", [&] { rdd.aggregateByKey(0, fail, std::plus<>{}).collect(); });
}

}  // namespace
}  // namespace millrace
