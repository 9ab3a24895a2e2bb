#include <millrace/rdd/ops/glom.hpp>

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

TEST(Glom, GivesOneVectorPerPartition) {
  using Groups = std::vector<std::vector<int>>;
  auto engine = test::makeEngine({.threads = 2, .chunkSize = 2});
  EXPECT_EQ(rddOf<int>(engine, {1, 2, 3, 4, 5}, 2).glom().collect(), (Groups{{1, 2}, {3, 4, 5}}));
  EXPECT_EQ(rddOf<int>(engine, {1}, 3).glom().collect(), (Groups{{}, {}, {1}}));
  EXPECT_EQ(rddOf<int>(engine, {}, 1).glom().collect(), (Groups{{}}));
  EXPECT_TRUE(rddOf<int>(engine, {}, 0).glom().collect().empty());
  EXPECT_EQ(rddOf<std::string_view>(engine, {"a", "b"}, 1).glom().collect(),
            (std::vector<std::vector<std::string>>{{"a", "b"}}));
  EXPECT_FALSE(rddOf<Pair>(engine, {}, 1).groupByKey(2).glom().partitioner().has_value());
}

}  // namespace
}  // namespace millrace
