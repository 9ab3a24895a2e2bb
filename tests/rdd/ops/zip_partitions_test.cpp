#include <millrace/rdd/ops/zip_partitions.hpp>

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

int sumOf(auto& records) {
  int sum = 0;
  for (int x : records) sum += x;
  return sum;
}

TEST(ZipPartitions, GivesTheFunctionTheSamePartitionOfEach) {
  for (const Shape& shape : {Shape{}, Shape{.threads = 2, .chunkSize = 1}}) {
    auto engine = test::makeEngine(shape);
    auto a = rddOf<int>(engine, {1, 2, 3, 4}, 2), b = rddOf<int>(engine, {10, 20}, 2);
    auto texts = rddOf<std::string_view>(engine, {"x", "yy", "zzz", ""}, 2);
    EXPECT_EQ(a.zipPartitions(b,
                              [](auto& x, auto& y) {
                                return std::vector{sumOf(x), sumOf(y)};
                              })
                  .collect(),
              (std::vector<int>{3, 10, 7, 20}));
    auto withTexts = [](auto& x, auto& words, auto& y) {
      std::string all = std::to_string(sumOf(x));
      for (const std::string& word : words) all += word;
      return std::vector<std::string>{all + std::to_string(sumOf(y))};
    };
    EXPECT_EQ(a.zipPartitions(texts, b, withTexts).collect(), (std::vector<std::string>{"3xyy10", "7zzz20"}));
    auto four = [](auto& w, auto& x, auto& y, auto& z) {
      return std::vector{sumOf(w) + sumOf(x) + sumOf(y) + sumOf(z)};
    };
    EXPECT_EQ(a.zipPartitions(a, a, b, four).collect(), (std::vector<int>{19, 41}));
    auto none = rddOf<int>(engine, {}, 2);
    EXPECT_EQ(none.zipPartitions(none, [](auto&, auto&) { return std::vector{7}; }).collect(),
              (std::vector<int>{7, 7}));
  }
}

TEST(ZipPartitions, KeepsThePartitionerWhereAskedAndFailsWithItsName) {
  auto keyed = rddOf<Pair>(Shape{}, {{1, 1}}).partitionBy(HashPartitioner(2));
  auto none = [](auto&, auto&) { return Pairs{}; };
  EXPECT_FALSE(keyed.zipPartitions(keyed, none).partitioner().has_value());
  EXPECT_EQ(keyed.zipPartitions(keyed, none, true).partitioner(), HashPartitioner(2));
  EXPECT_THROW(keyed.zipPartitions(keyed.coalesce(1), none), IllegalArgument);
  expectFailureIn("zipPartitions", "no good", [&] {
    keyed.zipPartitions(keyed, [](auto&, auto&) -> Pairs { throw std::runtime_error("no good"); }).collect();
  });
}

}  // namespace
}  // namespace millrace
