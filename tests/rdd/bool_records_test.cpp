#include <millrace/rdd/ops.hpp>

#include "support/keyed.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Bools = std::vector<bool>;

TEST(BoolRecords, AreRecordsLikeOthers) {
  for (const auto& shape : test::allShapes()) {
    auto numbers = test::rddOf<int>(shape, {1, 2, 3, 4, 5, 6, 7});
    auto odd = numbers.map([](int number) { return number % 2 == 1; });
    const Bools expected{true, false, true, false, true, false, true},
        sorted{false, false, false, true, true, true, true};
    EXPECT_EQ(odd.collect(), expected);
    EXPECT_EQ(odd.cache().collect(), expected);
    EXPECT_EQ(odd.take(3), (Bools{true, false, true}));
    EXPECT_EQ(odd.first(), true);
    EXPECT_EQ(odd.filter([](bool is) { return is; }).count(), 4);
    EXPECT_EQ(odd.repartition(3).filter([](bool is) { return is; }).count(), 4);
    EXPECT_EQ(odd.coalesce(1).collect(), expected);
    EXPECT_EQ(odd.sortBy([](bool is) { return is; }).collect(), sorted);
    EXPECT_EQ(odd.takeOrdered(9), sorted);
    EXPECT_EQ(odd.top(2), (Bools{true, true}));
    EXPECT_TRUE(odd.max());
    EXPECT_FALSE(odd.min());
    EXPECT_EQ(odd.distinct().count(), 2);
    EXPECT_EQ(odd.countByValue().at(true), 4);
    EXPECT_TRUE(odd.reduce([](bool a, bool b) { return a || b; }));
    EXPECT_EQ(odd.glom().map([](const Bools& part) { return part.size(); }).reduce(std::plus<>()), 7u);
    EXPECT_EQ(odd.takeSample(false, 7, 1).size(), 7u);
    EXPECT_EQ(odd.union_(odd).count(), 14);
    EXPECT_EQ(odd.intersection(odd).count(), 2);
    EXPECT_EQ(odd.subtract(odd).count(), 0);
    EXPECT_EQ(odd.zip(odd).count(), 7);
    EXPECT_EQ(odd.cartesian(odd).count(), 49);
    EXPECT_EQ(odd.groupBy([](bool is) { return is; }).count(), 2);
    EXPECT_EQ(odd.flatMap([](bool is) { return Bools{is, !is}; }).count(), 14);
    Bools local;
    for (bool is : odd.toLocalIterator()) local.push_back(is);
    EXPECT_EQ(local, expected);
    EXPECT_EQ(odd.keyBy([](bool is) { return is; }).values().collect(), expected);
  }
}

TEST(BoolRecords, AreKeysAndValues) {
  for (const auto& shape : test::allShapes()) {
    auto pairs = test::rddOf<std::pair<std::string, bool>>(shape, {{"a", true}, {"b", false}, {"a", false}});
    EXPECT_TRUE(pairs.reduceByKey(std::logical_or<>()).collectAsMap().at("a"));
    EXPECT_EQ(pairs.groupByKey().collectAsMap().at("a").size(), 2u);
    EXPECT_EQ(pairs.join(pairs).count(), 5);
    EXPECT_EQ(pairs.leftOuterJoin(pairs)
                  .filter([](const auto& row) { return row.second.second.has_value(); })
                  .count(),
              5);
    EXPECT_EQ(pairs.cogroup(pairs).count(), 2);
    EXPECT_EQ(pairs.mapValues([](bool is) { return !is; }).values().countByValue().at(true), 2);
    EXPECT_EQ(pairs.sortByKey().values().collect().back(), false);
    EXPECT_EQ(pairs.lookup("b"), Bools{false});
    auto swapped = pairs.map([](const auto& pair) { return std::pair(pair.second, 1); });
    EXPECT_EQ(swapped.reduceByKey(std::plus<>()).collectAsMap().at(false), 2);
    EXPECT_EQ(pairs.aggregateByKey(false, std::logical_or<>(), std::logical_or<>()).count(), 2);
    EXPECT_EQ(pairs.partitionBy(HashPartitioner(3)).count(), 3);
  }
}

}  // namespace
}  // namespace millrace
