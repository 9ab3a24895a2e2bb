#include <millrace/rdd/ops/sample_by_key.hpp>

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

TEST(SampleByKey, HasARateForEachKey) {
  Pairs pairs;
  for (int i = 0; i < 30'000; ++i) pairs.emplace_back(i % 3, i);
  auto rdd = rddOf<Pair>(Shape{.partitions = 4, .threads = 2}, pairs).partitionBy(HashPartitioner(2));
  auto counts = rdd.sampleByKey(false, {{0, 1.0}, {1, 0.0}, {2, 0.5}}, 7).countByKey();
  EXPECT_EQ(counts[0], 10'000);
  EXPECT_EQ(counts[1], 0);
  EXPECT_NEAR(static_cast<double>(counts[2]), 5'000, 300);
  auto more = rdd.sampleByKey(true, {{0, 2.0}, {1, 0.0}, {2, 0.5}}, 7);
  EXPECT_NEAR(static_cast<double>(more.countByKey()[0]), 20'000, 800);
  EXPECT_EQ(more.countByKey()[1], 0);
  EXPECT_EQ(more.partitioner(), HashPartitioner(2));
  EXPECT_EQ(more.collect(), more.collect());
}

TEST(SampleByKey, NeedsARateForEveryKey) {
  auto rdd = rddOf<std::pair<std::string_view, int>>(Shape{}, {{"a", 1}, {"b", 2}});
  EXPECT_EQ(rdd.sampleByKey(false, {{"a", 1.0}, {"b", 0.0}}).keys().collect(), std::vector<std::string>{"a"});
  expectFailureIn("sampleByKey", "without a fraction", [&] {
    rdd.sampleByKey(false, {{"a", 1.0}}).collect();
  });
  expectFailureIn("sampleByKey", "without a fraction", [&] {
    rdd.sampleByKey(true, {{"a", 1.0}}).collect();
  });
  EXPECT_THROW(rdd.sampleByKey(false, {{"a", -1.0}}), IllegalArgument);
  EXPECT_THROW(rdd.sampleByKey(false, {{"a", 1.5}}), IllegalArgument);
}

}  // namespace
}  // namespace millrace
