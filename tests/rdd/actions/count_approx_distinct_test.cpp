#include <millrace/rdd/actions/count_approx_distinct.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;

TEST(CountApproxDistinct, IsWithinTheBoundAskedFor) {
  for (double relativeSD : {0.1, 0.05, 0.01, 0.001}) {
    for (int different : {1, 10, 100, 5'000, 60'000}) {
      std::vector<int> numbers;
      for (int i = 0; i < 3 * different; ++i) numbers.push_back(i % different * 977);
      const auto rdd = rddOf<int>(Shape{.partitions = 5, .threads = 2}, numbers);
      EXPECT_NEAR(static_cast<double>(rdd.countApproxDistinct(relativeSD)), different,
                  3 * relativeSD * different + 0.5)
          << relativeSD;
    }
  }
}

TEST(CountApproxDistinct, CountsAnyKey) {
  for (const Shape& shape : test::allShapes()) {
    EXPECT_EQ(rddOf<std::string_view>(shape, {"a", "b", "a", "c"}).countApproxDistinct(), 3);
    EXPECT_EQ((rddOf<std::pair<std::string, int>>(shape, {{"a", 1}, {"a", 2}, {"a", 1}})
                   .countApproxDistinct(12, 25)),
              2);
    EXPECT_EQ(rddOf<double>(shape, {0.0, -0.0}).countApproxDistinct(4, 0), 2);
    EXPECT_EQ(rddOf<int>(shape, {}).countApproxDistinct(), 0);
  }
  EXPECT_EQ(rddOf<int>(test::makeEngine(), {}, 0).countApproxDistinct(), 0);
}

TEST(CountApproxDistinct, RefusesWhatCannotWork) {
  const auto rdd = rddOf<int>(Shape{}, {1});
  for (auto [p, sp] : {std::pair(3, 0), {33, 0}, {12, 11}, {12, 33}, {12, -1}})
    EXPECT_THROW(rdd.countApproxDistinct(p, sp), IllegalArgument) << p << " " << sp;
  EXPECT_THROW(rdd.countApproxDistinct(0.0), IllegalArgument);
  EXPECT_THROW(rdd.countApproxDistinct(std::nan("")), IllegalArgument);
  EXPECT_EQ(rdd.countApproxDistinct(5.0), 1) << "p = 4 is the least";
}

}  // namespace
}  // namespace millrace
