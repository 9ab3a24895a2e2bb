#include <millrace/rdd/actions/count_by_key.hpp>

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

TEST(CountByKey, CountsPairsOfEachKey) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<std::pair<std::string_view, int>>(shape, {{"a", 1}, {"b", 2}, {"a", 3}});
    EXPECT_EQ(rdd.countByKey(), (KeyedMap<std::string, std::int64_t>{{"a", 2}, {"b", 1}}));
    EXPECT_TRUE(rddOf<Pair>(shape, {}).countByKey().empty());
    EXPECT_EQ(rddOf<Pair>(shape, test::skewedPairs(1000)).countByKey().at(0), 901);
  }
}

TEST(CountByValue, CountsEachRecord) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<std::string>(shape, {"a", "b", "a"}).countByValue(),
              (KeyedMap<std::string, std::int64_t>{{"a", 2}, {"b", 1}}));
    EXPECT_EQ(rddOf<std::string_view>(shape, {"a", "b", "a"}).countByValue(),
              (KeyedMap<std::string, std::int64_t>{{"a", 2}, {"b", 1}}));
    EXPECT_EQ(rddOf<Pair>(shape, {{1, 1}, {1, 1}, {1, 2}}).countByValue(),
              (KeyedMap<Pair, std::int64_t>{{{1, 1}, 2}, {{1, 2}, 1}}));
    EXPECT_TRUE(rddOf<int>(shape, {}).countByValue().empty());
  }
}

}  // namespace
}  // namespace millrace
