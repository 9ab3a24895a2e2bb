#include <millrace/rdd/core/numbers/random.hpp>

#include <millrace/base/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace millrace::core {
namespace {

TEST(Random, IsTheSameForTheSameSeedAndPartitionOnly) {
  auto first = [](std::uint64_t seed, int partition) { return Random(seed, partition).next(); };
  EXPECT_EQ(first(1, 2), first(1, 2));
  EXPECT_NE(first(1, 2), first(1, 3));
  EXPECT_NE(first(1, 2), first(2, 2));
  EXPECT_EQ(seedOr(5), 5u);
  EXPECT_NE(seedOr({}), seedOr({}));
}

TEST(Random, IsEvenlySpread) {
  Random random(1, 0);
  std::vector<int> counts(10), small(3);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double number = random.uniform();
    ASSERT_GE(number, 0);
    ASSERT_LT(number, 1);
    ++counts[static_cast<std::size_t>(number * 10)];
    ++small.at(random.below(3));
    sum += random.poisson(2.5);
  }
  for (int count : counts) EXPECT_NEAR(count, 10'000, 500);
  for (int count : small) EXPECT_NEAR(count, 33'333, 900);
  EXPECT_NEAR(sum / 100'000, 2.5, 0.05);
  EXPECT_EQ(random.poisson(0), 0);
}

TEST(Random, CutsSharesByWeight) {
  EXPECT_EQ(shares({1, 2, 1}), (std::vector<double>{0, 0.25, 0.75, 1}));
  EXPECT_THROW(shares({}), IllegalArgument);
}

TEST(CheckedFraction, IsWhatCanBeCounted) {
  EXPECT_EQ(checkedFraction(true, 2147483647), 2147483647);
  for (double fraction : {2147483648.0, 1e300, HUGE_VAL, -HUGE_VAL, std::nan(""), -1e-300}) {
    EXPECT_THROW(checkedFraction(true, fraction), IllegalArgument) << fraction;
    EXPECT_THROW(checkedFraction(false, fraction), IllegalArgument) << fraction;
  }
}

}  // namespace
}  // namespace millrace::core
