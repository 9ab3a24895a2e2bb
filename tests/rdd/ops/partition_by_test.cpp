#include <millrace/rdd/ops/partition_by.hpp>

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

TEST(PartitionBy, PutsEachPairWhereThePartitionerSays) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto odd = partitionerBy<int>(
        2, [](int key) { return key & 1; }, "odd");
    auto rdd = rddOf<Pair>(shape, {{1, 1}, {2, 2}, {3, 3}, {1, 4}, {2, 5}}).partitionBy(odd);
    EXPECT_EQ(test::partitionsOf(rdd), (std::vector<Pairs>{{{2, 2}, {2, 5}}, {{1, 1}, {3, 3}, {1, 4}}}));
    EXPECT_EQ(rdd.partitioner(), odd);
    EXPECT_TRUE(rddOf<Pair>(shape, {}).partitionBy(odd).collect().empty());
  }
}

TEST(PartitionBy, AgreesWithGetPartition) {
  const HashPartitioner three(3);
  auto texts = rddOf<std::pair<std::string_view, int>>(
      Shape{}, {{"a", 1}, {"bb", 2}, {"a text beyond twelve bytes", 3}, {"", 4}});
  auto parts = test::partitionsOf(texts.partitionBy(three));
  for (int p = 0; p < 3; ++p) {
    for (const auto& [key, value] : parts.at(static_cast<std::size_t>(p))) {
      EXPECT_EQ(three.getPartition(key), p) << key;
      EXPECT_EQ(three.getPartition(std::string_view(key)), p);
    }
  }
}

TEST(PartitionBy, DoesNothingWhereTheyAreInPlace) {
  auto rdd = rddOf<Pair>(Shape{}, {{1, 1}}).partitionBy(HashPartitioner(3));
  EXPECT_EQ(rdd.partitionBy(HashPartitioner(3)).node(), rdd.node());
  EXPECT_NE(rdd.partitionBy(HashPartitioner(4)).node(), rdd.node());
}

TEST(PartitionBy, RefusesAPartitionerOfOtherKeysOrOutOfRange) {
  auto rdd = rddOf<Pair>(Shape{}, {{1, 1}});
  auto ofText = partitionerBy<std::string>(
      2, [](const std::string&) { return 0; }, "zero");
  EXPECT_THROW(rdd.partitionBy(ofText), IllegalArgument);
  EXPECT_THROW(rdd.groupByKey(ofText), IllegalArgument);
  EXPECT_THROW(rdd.reduceByKey(std::plus<>{}, ofText), IllegalArgument);
  for (int number : {-1, 2}) {
    auto wrong = partitionerBy<int>(
        2, [number](int) { return number; }, "wrong");
    expectFailureIn("partitionBy", "number " + std::to_string(number),
                    [&] { rdd.partitionBy(wrong).collect(); });
    expectFailureIn("groupByKey", "number " + std::to_string(number),
                    [&] { rdd.groupByKey(wrong).collect(); });
    expectFailureIn("reduceByKey", "number", [&] { rdd.reduceByKey(std::plus<>{}, wrong).collect(); });
  }
  auto bad = partitionerBy<int>(
      2, [](int) -> int { throw std::runtime_error("no good"); }, "bad");
  expectFailureIn("partitionBy", "no good", [&] { rdd.partitionBy(bad).collect(); });
}

}  // namespace
}  // namespace millrace
