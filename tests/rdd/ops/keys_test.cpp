#include <millrace/rdd/ops/keys.hpp>

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

TEST(Keys, AndValuesAreTheHalvesInOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<std::pair<int, std::string>>(shape, {{1, "a"}, {2, "b"}, {1, "c"}});
    EXPECT_EQ(rdd.keys().collect(), (std::vector<int>{1, 2, 1}));
    EXPECT_EQ(rdd.values().collect(), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(rdd.values().collect(), rdd.values().collect())
        << "nothing was moved out of the stored records";
    EXPECT_TRUE(rddOf<Pair>(shape, {}).keys().collect().empty());
  }
}

TEST(Keys, TakesOutOfRecordsThatNobodyElseReads) {
  const std::string text = "a text beyond the inline size";
  auto rdd =
      rddOf<int>(Shape{}, {1, 2}).map([text](int x) { return std::pair(text + std::to_string(x), text); });
  EXPECT_EQ(rdd.keys().collect(), (std::vector<std::string>{text + "1", text + "2"}));
  EXPECT_EQ(rdd.values().collect(), (std::vector<std::string>{text, text}));
}

TEST(Keys, LosesThePartitionerAndKeepsViews) {
  EXPECT_FALSE(rddOf<Pair>(Shape{}, {{1, 1}}).groupByKey(3).keys().partitioner().has_value());
  auto views = rddOf<std::pair<std::string_view, int>>(Shape{}, {{"a", 1}});
  static_assert(std::is_same_v<decltype(views.keys()), RDD<std::string_view>>);
  EXPECT_EQ(views.keys().collect(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace millrace
