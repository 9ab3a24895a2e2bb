#include <millrace/rdd/actions/min_max.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

TEST(MinMax, FindTheEndsOfAnOrder) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    const auto numbers = rddOf<int>(shape, {3, -7, 12, 5, 12});
    EXPECT_EQ(numbers.max(), 12);
    EXPECT_EQ(numbers.min(), -7);
    EXPECT_EQ(numbers.max(std::greater<>{}), -7);
    EXPECT_EQ(numbers.min([](int a, int b) { return a % 10 < b % 10; }), -7);
    EXPECT_EQ(rddOf<int>(shape, {4}).max(), 4);
    const auto words = rddOf<std::string_view>(shape, {"bb", "a text beyond the inline size", "c"});
    EXPECT_EQ(words.max(), "c");
    EXPECT_EQ(words.min([](const std::string& a, const std::string& b) { return a.size() < b.size(); }), "c");
  }
}

TEST(MinMax, OfNothingAreUnsupported) {
  const auto nothing = rddOf<int>(Shape{}, {});
  EXPECT_THROW(nothing.max(), Unsupported);
  EXPECT_THROW(nothing.min(), Unsupported);
  try {
    rddOf<int>(Shape{}, {1, 2, 3}).max([](int, int) -> bool { throw std::runtime_error("no order"); });
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "max failed in partition 1: no order");
  }
}

}  // namespace
}  // namespace millrace
