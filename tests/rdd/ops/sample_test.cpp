#include <millrace/rdd/ops/sample.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/keyed.hpp"
#include "support/numbers.hpp"

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
using test::upTo;
using Pair = std::pair<int, int>;
using Pairs = std::vector<Pair>;
using Texts = std::vector<std::pair<int, std::string>>;

TEST(Sample, TakesAboutTheFractionInOrder) {
  auto rdd = rddOf<int>(Shape{.partitions = 4, .threads = 2}, upTo(100'000));
  auto some = rdd.sample(false, 0.1, 7).collect();
  EXPECT_NEAR(static_cast<double>(some.size()), 10'000, 500);
  EXPECT_TRUE(std::ranges::is_sorted(some));
  EXPECT_EQ(std::set<int>(some.begin(), some.end()).size(), some.size());
  auto many = rdd.sample(true, 2, 7).collect();
  EXPECT_NEAR(static_cast<double>(many.size()), 200'000, 2'000);
  EXPECT_TRUE(std::ranges::is_sorted(many));
  EXPECT_EQ(rdd.sample(false, 1, 7).collect(), upTo(100'000));
  EXPECT_TRUE(rdd.sample(false, 0, 7).collect().empty());
  EXPECT_TRUE(rdd.sample(true, 0, 7).collect().empty());
  EXPECT_TRUE(rddOf<int>(Shape{}, {}).sample(true, 2, 7).collect().empty());
}

TEST(Sample, IsTheSameForTheSameSeed) {
  auto rdd = rddOf<int>(Shape{.partitions = 3}, upTo(1000));
  for (bool replaces : {false, true}) {
    EXPECT_EQ(rdd.sample(replaces, 0.5, 7).collect(), rdd.sample(replaces, 0.5, 7).collect());
    EXPECT_NE(rdd.sample(replaces, 0.5, 7).collect(), rdd.sample(replaces, 0.5, 8).collect());
    EXPECT_NE(rdd.sample(replaces, 0.5).collect(), rdd.sample(replaces, 0.5).collect());
    auto once = rdd.sample(replaces, 0.5);
    EXPECT_EQ(once.collect(), once.collect());
  }
}

TEST(Sample, KeepsPartitionerAndText) {
  auto keyed = rddOf<Pair>(Shape{}, {{1, 1}}).partitionBy(HashPartitioner(2));
  EXPECT_EQ(keyed.sample(false, 0.5).partitioner(), HashPartitioner(2));
  EXPECT_EQ(keyed.sample(true, 0.5).partitioner(), HashPartitioner(2));
  auto views = rddOf<std::string_view>(Shape{}, {"a text beyond the inline size"});
  for (const auto& text : views.sample(true, 50, 3).collect())
    EXPECT_EQ(text, "a text beyond the inline size");
}

TEST(Sample, RefusesFractionsThatMakeNoSense) {
  auto rdd = rddOf<int>(Shape{}, {1});
  EXPECT_THROW(rdd.sample(false, -0.1), IllegalArgument);
  EXPECT_THROW(rdd.sample(true, -0.1), IllegalArgument);
  EXPECT_THROW(rdd.sample(false, 1.5), IllegalArgument);
  EXPECT_THROW(rdd.sample(false, std::numeric_limits<double>::quiet_NaN()), IllegalArgument);
}

TEST(RandomSplit, DealsOutEachRecordOnce) {
  auto rdd = rddOf<int>(Shape{.partitions = 3, .threads = 2}, upTo(6000));
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto splits = rdd.randomSplit({1, 2, 3}, seed);
    ASSERT_EQ(splits.size(), 3u);
    std::vector<int> all;
    for (int i = 0; i < 3; ++i) {
      auto part = splits[static_cast<std::size_t>(i)].collect();
      EXPECT_NEAR(static_cast<double>(part.size()), 1000 * (i + 1), 250);
      all.insert(all.end(), part.begin(), part.end());
    }
    EXPECT_EQ(sorted(all), upTo(6000));
  }
  auto all = rdd.randomSplit({0, 5, 0});
  EXPECT_EQ(all[0].count() + all[2].count(), 0);
  EXPECT_EQ(all[1].count(), 6000);
}

TEST(RandomSplit, RefusesWeightsThatMakeNoSense) {
  auto rdd = rddOf<int>(Shape{}, {1});
  EXPECT_THROW(rdd.randomSplit({1, -1}), IllegalArgument);
  EXPECT_THROW(rdd.randomSplit({0, 0}), IllegalArgument);
  EXPECT_THROW(rdd.randomSplit({}), IllegalArgument);
}

}  // namespace
}  // namespace millrace
