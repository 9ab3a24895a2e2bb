#include <millrace/rdd/ops/collect_partial.hpp>

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

TEST(CollectPartial, KeepsWhatTheOptionalsHold) {
  auto large = [](int x) { return x >= 3 ? std::optional(std::to_string(x)) : std::nullopt; };
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<int>(shape, {1, 5, 2, 3, 4}).collect(large).collect(),
              (std::vector<std::string>{"5", "3", "4"}));
    EXPECT_TRUE(rddOf<int>(shape, {1, 2}).collect(large).collect().empty());
    EXPECT_TRUE(rddOf<int>(shape, {}).collect(large).collect().empty());
  }
  auto views = rddOf<std::string_view>(Shape{}, {"ab", "c"});
  EXPECT_EQ(
      views.collect([](const std::string& text) { return std::optional(std::string_view(text)); }).collect(),
      (std::vector<std::string>{"ab", "c"}));
  EXPECT_FALSE(rddOf<Pair>(Shape{}, {})
                   .groupByKey(2)
                   .collect([](const auto& kv) { return std::optional(kv); })
                   .partitioner()
                   .has_value());
}

TEST(CollectPartial, NamesItselfWhereTheFunctionThrows) {
  expectFailureIn("collect", "no good", [] {
    rddOf<int>(Shape{}, {1})
        .collect([](int) -> std::optional<int> { throw std::runtime_error("no good"); })
        .count();
  });
}

}  // namespace
}  // namespace millrace
