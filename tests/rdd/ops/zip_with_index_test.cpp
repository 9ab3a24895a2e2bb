#include <millrace/rdd/ops/zip_with_index.hpp>

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

using Numbered = std::vector<std::pair<int, std::int64_t>>;

TEST(ZipWithIndex, CountsThroughAllPartitions) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto rdd = rddOf<int>(shape, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    for (const auto& [record, index] : rdd.zipWithIndex().collect()) EXPECT_EQ(record, index);
    EXPECT_TRUE(rddOf<int>(shape, {}).zipWithIndex().collect().empty());
    auto views = rddOf<std::string_view>(shape, {"a", "b"}).zipWithIndex();
    EXPECT_EQ(views.collect(), (std::vector<std::pair<std::string, std::int64_t>>{{"a", 0}, {"b", 1}}));
  }
}

TEST(ZipWithIndex, RunsAJobOnlyForSeveralPartitions) {
  auto bad = rddOf<int>(Shape{.partitions = 3}, {1, 2, 3}).map([](int) -> int {
    throw std::runtime_error("no good");
  });
  expectFailureIn("map", "no good", [&] { bad.zipWithIndex(); });
  bad.coalesce(1).zipWithIndex();
  bad.zipWithUniqueId();
}

TEST(ZipWithUniqueId, GivesKAndEveryNthOnwards) {
  auto engine = test::makeEngine({.threads = 2, .chunkSize = 2});
  EXPECT_EQ(rddOf<int>(engine, {0, 1, 2, 3, 4, 5, 6, 7}, 3).zipWithUniqueId().collect(),
            (Numbered{{0, 0}, {1, 3}, {2, 1}, {3, 4}, {4, 7}, {5, 2}, {6, 5}, {7, 8}}));
  EXPECT_EQ(rddOf<int>(engine, {0, 1}, 1).zipWithUniqueId().collect(), (Numbered{{0, 0}, {1, 1}}));
}

}  // namespace
}  // namespace millrace
