#include <millrace/rdd/actions/reduce.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

TEST(Reduce, FoldsAllRecords) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<int>(shape, {1, 2, 3, 4}).reduce(std::plus<>{}), 10);
    EXPECT_EQ(rddOf<int>(shape, {7}).reduce([](int, int) -> int { throw "one record needs no folding"; }), 7);
    auto longest = [](const std::string& a, const std::string& b) { return a.size() < b.size() ? b : a; };
    EXPECT_EQ(rddOf<std::string_view>(shape, {"a", "the longest of all of them", "bb"}).reduce(longest),
              "the longest of all of them");
  }
}

TEST(Reduce, OfNothingIsUnsupported) {
  for (const Shape& shape : test::allShapes()) {
    try {
      rddOf<int>(shape, {}).reduce(std::plus<>{});
      FAIL() << shape.describe();
    } catch (const Unsupported& error) {
      EXPECT_STREQ(error.what(), "reduce() of an empty RDD: it has no first value to begin with");
    }
  }
  EXPECT_THROW(rddOf<int>(test::makeEngine(), {}, 0).reduce(std::plus<>{}), Unsupported);
}

TEST(Reduce, ReportsWhatItsFunctionThrows) {
  auto rdd = rddOf<int>(Shape{.partitions = 2}, {1, 2, 3, 4});
  try {
    rdd.reduce([](int a, int b) { return b == 4 ? throw std::string("four") : a + b; });
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "reduce failed in partition 1: four");
  }
}

}  // namespace
}  // namespace millrace
