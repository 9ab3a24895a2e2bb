#include <millrace/rdd/actions/reduce_by_key_locally.hpp>

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

TEST(ReduceByKeyLocally, FoldsIntoAMap) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto map = rddOf<std::pair<std::string_view, int>>(shape, {{"a", 1}, {"b", 2}, {"a", 3}})
                   .reduceByKeyLocally(std::plus<>{});
    EXPECT_EQ(map, (KeyedMap<std::string, int>{{"a", 4}, {"b", 2}}));
    EXPECT_TRUE(rddOf<Pair>(shape, {}).reduceByKeyLocally(std::plus<>{}).empty());
  }
  expectFailureIn("reduceByKeyLocally", "no good", [] {
    rddOf<Pair>(Shape{}, {{1, 1}, {1, 2}}).reduceByKeyLocally([](int, int) -> int {
      throw std::runtime_error("no good");
    });
  });
}

}  // namespace
}  // namespace millrace
