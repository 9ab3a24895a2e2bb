#include <millrace/rdd/actions/lookup.hpp>

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

TEST(Lookup, FindsAllValuesOfAKeyInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<Pair>(shape, {{1, 2}, {5, 6}, {3, 4}, {5, 7}});
    for (const auto& from : {rdd, rdd.partitionBy(HashPartitioner(3)), rdd.sortByKey()}) {
      EXPECT_EQ(from.lookup(1), (std::vector<int>{2}));
      EXPECT_EQ(from.lookup(5), (std::vector<int>{6, 7}));
      EXPECT_TRUE(from.lookup(-1).empty());
    }
    auto views = rddOf<std::pair<std::string_view, std::string_view>>(shape, {{"a", "x"}, {"b", "y"}});
    EXPECT_EQ(views.lookup("b"), std::vector<std::string>{"y"});
  }
}

TEST(Lookup, ReadsOnePartitionWhereItIsKnown) {
  Pairs pairs;
  for (int i = 0; i < 100; ++i) pairs.emplace_back(i, -i);
  auto rdd = rddOf<Pair>(Shape{}, pairs);
  test::CountedReads<Pair> keyed(rdd.partitionBy(HashPartitioner(8))), plain(rdd);
  EXPECT_EQ(keyed.rdd.lookup(42), std::vector<int>{-42});
  EXPECT_EQ(*keyed.count, 1);
  EXPECT_EQ(plain.rdd.lookup(42), std::vector<int>{-42});
  EXPECT_EQ(*plain.count, rdd.getNumPartitions());
}

}  // namespace
}  // namespace millrace
