#include <millrace/rdd/actions/is_empty.hpp>

#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using test::rddOf;

// Vector H10.
TEST(IsEmpty, LooksForARecord) {
  auto engine = test::makeEngine({.threads = 2});
  EXPECT_TRUE(rddOf<int>(engine, {}, 0).isEmpty());
  EXPECT_TRUE(rddOf<int>(engine, {}, 1).isEmpty());
  EXPECT_FALSE(rddOf<int>(engine, {1}, 1).isEmpty());
  EXPECT_TRUE(rddOf<int>(engine, {1, 2, 3}, 3).filter([](int x) { return x < 0; }).isEmpty());
  EXPECT_FALSE(rddOf<int>(engine, {1, 2, 3}, 3).filter([](int x) { return x > 2; }).isEmpty());
}

}  // namespace
}  // namespace millrace
