#include <millrace/io/idle_limit.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;

IdleLimit::Time at(std::chrono::milliseconds time) { return IdleLimit::Time(time); }

TEST(IdleLimit, IsOverWhenNothingCameForSoLong) {
  IdleLimit limit(100);
  limit.restart(at(1000ms));
  EXPECT_EQ(limit.end(), at(1100ms));
  EXPECT_FALSE(limit.isOver(at(1099ms)));
  EXPECT_TRUE(limit.isOver(at(1100ms)));
  limit.restart(at(1050ms));
  EXPECT_FALSE(limit.isOver(at(1149ms)));
}

TEST(IdleLimit, ZeroIsNoLimitAndAnythingLargeIsLong) {
  IdleLimit none(0), most(std::numeric_limits<std::int64_t>::max());
  EXPECT_FALSE(none.isSet());
  EXPECT_FALSE(none.isOver(at(std::chrono::hours(1'000'000))));
  most.restart(at(1000ms));
  EXPECT_TRUE(most.isSet());
  EXPECT_GT(most.end(), at(std::chrono::hours(24 * 365)));
}

}  // namespace
}  // namespace millrace::core
