#include <millrace/rdd/ops/own.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using Strings = std::vector<std::string>;

Strings upper(RDD<std::string> words) {
  return words
      .map([](std::string word) {
        for (char& c : word) c = static_cast<char>(std::toupper(c));
        return word;
      })
      .collect();
}

TEST(Own, MakesAnRddOfViewsOneOfStringsWhereThatIsAskedFor) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto lines = rddOf<std::string_view>(shape, {"one", "a text beyond the inline size", ""});
    EXPECT_EQ(upper(lines), (Strings{"ONE", "A TEXT BEYOND THE INLINE SIZE", ""}));
    RDD<std::string> owned = lines;
    EXPECT_EQ(owned.getNumPartitions(), shape.partitions);
    EXPECT_EQ(owned.collect(), lines.collect());
  }
}

TEST(Own, ReachesIntoPairs) {
  using View = std::pair<std::string_view, int>;
  RDD<std::pair<std::string, int>> owned =
      rddOf<View>(Shape{}, {{"a", 1}, {"a text beyond the inline size", 2}});
  EXPECT_EQ(owned.collect(),
            (std::vector<std::pair<std::string, int>>{{"a", 1}, {"a text beyond the inline size", 2}}));
}

TEST(Own, OfTheNullRddIsTheNullRdd) {
  RDD<std::string_view> null;
  RDD<std::string> owned = null;
  EXPECT_TRUE(owned.isNull());
}

}  // namespace
}  // namespace millrace
