#include <millrace/rdd/ops/subtract.hpp>

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

TEST(Subtract, KeepsDuplicatesOfWhatIsNotInTheOther) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<int>(engine, {1, 1, 2, 3, 3, 5}, shape.partitions), b = rddOf<int>(engine, {2, 3, 4}, 3);
    EXPECT_EQ(sorted(a.subtract(b).collect()), (std::vector<int>{1, 1, 5}));
    EXPECT_EQ(a.subtract(b).getNumPartitions(), shape.partitions);
    EXPECT_EQ(a.subtract(b, 4).getNumPartitions(), 4);
    EXPECT_EQ(sorted(a.subtract(rddOf<int>(engine, {}, 0)).collect()), (std::vector<int>{1, 1, 2, 3, 3, 5}));
    EXPECT_TRUE(rddOf<int>(engine, {}, 1).subtract(a).collect().empty());
    EXPECT_FALSE(a.subtract(b).partitioner().has_value());
    auto texts = rddOf<std::string>(engine, {"a text beyond twelve bytes", "b", "b"}, 2);
    auto views = rddOf<std::string_view>(engine, {"a text beyond twelve bytes"}, 1);
    EXPECT_EQ(texts.subtract(views).collect(), (std::vector<std::string>{"b", "b"}));
  }
}

TEST(SubtractByKey, KeepsPairsWhoseKeyIsNotInTheOther) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto a = rddOf<std::pair<int, std::string>>(engine, {{1, "a"}, {1, "a"}, {2, "b"}, {3, "c"}, {5, "e"}},
                                                shape.partitions);
    auto b = rddOf<Pair>(engine, {{2, 20}, {3, 30}, {4, 40}}, 3);
    EXPECT_EQ(sorted(a.subtractByKey(b).collect()), (Texts{{1, "a"}, {1, "a"}, {5, "e"}}));
    EXPECT_EQ(a.subtractByKey(b).partitioner(), HashPartitioner(shape.partitions));
    EXPECT_EQ(a.partitionBy(HashPartitioner(3)).subtractByKey(b).partitioner(), HashPartitioner(3));
    EXPECT_EQ(a.subtractByKey(b, 4).partitioner(), HashPartitioner(4));
    EXPECT_EQ(a.subtractByKey(rddOf<Pair>(engine, {}, 0)).count(), 5);
  }
}

}  // namespace
}  // namespace millrace
