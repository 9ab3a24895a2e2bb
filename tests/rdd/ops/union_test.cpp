#include <millrace/rdd/ops/union.hpp>

#include <millrace/rdd/actions/collect.hpp>
#include <millrace/rdd/ops/own.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;

TEST(Union, PutsOneBehindTheOther) {
  auto engine = test::makeEngine({.threads = 2});
  auto left = rddOf<int>(engine, {1, 2, 3}, 2), right = rddOf<int>(engine, {1, 9}, 1);
  EXPECT_EQ(test::partitionsOf(left.union_(right)), (std::vector<std::vector<int>>{{1}, {2, 3}, {1, 9}}));
  EXPECT_EQ(left.union_(left).collect(), (std::vector<int>{1, 2, 3, 1, 2, 3}));
  auto none = rddOf<int>(engine, {}, 0);
  EXPECT_EQ(none.union_(left).collect(), left.collect());
  EXPECT_EQ(none.union_(none).getNumPartitions(), 0);
}

TEST(Union, TakesTextAsItIs) {
  auto engine = test::makeEngine();
  auto views = rddOf<std::string_view>(engine, {"a"}, 1);
  auto strings = rddOf<std::string>(engine, {"b"}, 1);
  EXPECT_EQ(views.union_(views).collect(), (std::vector<std::string>{"a", "a"}));
  EXPECT_EQ(strings.union_(views).collect(), (std::vector<std::string>{"b", "a"}));
}

}  // namespace
}  // namespace millrace
