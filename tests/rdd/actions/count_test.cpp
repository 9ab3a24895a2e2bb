#include <millrace/rdd/actions/count.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

TEST(Count, CountsRecords) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    EXPECT_EQ(rddOf<int>(shape, std::vector<int>(3'000)).count(), 3'000);
    EXPECT_EQ(rddOf<std::string_view>(shape, {"a", ""}).count(), 2);
    EXPECT_EQ(rddOf<int>(shape, {}).count(), 0);
  }
  EXPECT_EQ(rddOf<int>(test::makeEngine(), {}, 0).count(), 0);
}

}  // namespace
}  // namespace millrace
