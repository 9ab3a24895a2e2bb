#include <millrace/rdd/ops/intersection.hpp>

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

TEST(Intersection, KeepsWhatIsInBothOnce) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<int>(engine, {1, 2, 2, 3, 3, 5}, shape.partitions),
         b = rddOf<int>(engine, {2, 3, 3, 4}, 2);
    EXPECT_EQ(sorted(a.intersection(b).collect()), (std::vector<int>{2, 3}));
    EXPECT_EQ(sorted(a.intersection(b, 3).collect()), (std::vector<int>{2, 3}));
    EXPECT_EQ(a.intersection(b, 3).getNumPartitions(), 3);
    EXPECT_EQ(a.intersection(b, HashPartitioner(4)).getNumPartitions(), 4);
    EXPECT_TRUE(a.intersection(rddOf<int>(engine, {}, 0)).collect().empty());
  }
}

TEST(Intersection, ComparesTextsAndForgetsThePartitioner) {
  auto engine = test::makeEngine();
  auto texts = rddOf<std::string>(engine, {"a", "a text beyond twelve bytes", "c"}, 2);
  auto views = rddOf<std::string_view>(engine, {"a text beyond twelve bytes", "d", "c"}, 2);
  EXPECT_EQ(sorted(texts.intersection(views).collect()),
            (std::vector<std::string>{"a text beyond twelve bytes", "c"}));
  auto pairs = rddOf<Pair>(engine, {{1, 1}, {1, 2}, {1, 3}}, 2);
  EXPECT_FALSE(pairs.intersection(pairs).partitioner().has_value()) << "spread by pairs, not by keys";
  EXPECT_EQ(pairs.intersection(pairs).groupByKey(2).count(), 1);
}

}  // namespace
}  // namespace millrace
