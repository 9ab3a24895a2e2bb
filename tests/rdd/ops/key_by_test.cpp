#include <millrace/rdd/ops/key_by.hpp>

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

TEST(KeyBy, PutsWhatTheFunctionGivesBeforeTheRecord) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<int>(shape, {1, 22, 3}).keyBy([](int x) { return x % 2; }).collect(),
              (Pairs{{1, 1}, {0, 22}, {1, 3}}));
    EXPECT_TRUE(rddOf<int>(shape, {}).keyBy([](int x) { return x; }).collect().empty());
  }
  auto views = rddOf<std::string_view>(Shape{}, {"a", "bb"});
  auto sizes = views.keyBy([](std::string_view text) { return static_cast<int>(text.size()); });
  static_assert(std::is_same_v<decltype(sizes)::value_type, std::pair<int, std::string_view>>);
  EXPECT_EQ(sizes.collect(), (Texts{{1, "a"}, {2, "bb"}}));
  EXPECT_EQ(views.keyBy([](const std::string& text) { return static_cast<int>(text.size()); }).collect(),
            (Texts{{1, "a"}, {2, "bb"}}));
}

TEST(KeyBy, NamesItselfWhereTheFunctionThrows) {
  expectFailureIn("keyBy", "no good", [] {
    rddOf<int>(Shape{}, {1}).keyBy([](int) -> int { throw std::runtime_error("no good"); }).collect();
  });
}

}  // namespace
}  // namespace millrace
