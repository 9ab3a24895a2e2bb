#include <millrace/rdd/actions/take_sample.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/numbers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using test::Shape;
using test::upTo;

template <class T>
std::size_t different(const std::vector<T>& records) {
  return std::set<T>(records.begin(), records.end()).size();
}

// Vector H11.
TEST(TakeSample, HasExactlyTheSizeAskedFor) {
  for (const Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    const auto rdd = rddOf<int>(shape, upTo(10'000));
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      for (int n : {0, 5, 20, 100}) {
        const auto sample = rdd.takeSample(false, n, seed);
        EXPECT_EQ(sample.size(), static_cast<std::size_t>(n));
        EXPECT_EQ(different(sample), sample.size());
      }
      EXPECT_EQ(rdd.takeSample(true, 20, seed).size(), 20u);
      const auto all = rdd.takeSample(true, 10'000, seed);
      EXPECT_EQ(all.size(), 10'000u);
      EXPECT_LT(different(all), 7'000u) << "about 63 % of them are drawn";
      EXPECT_EQ(rdd.takeSample(true, 20'000, seed).size(), 20'000u);
    }
    auto whole = rdd.takeSample(false, 20'000, 1);
    EXPECT_NE(whole, upTo(10'000)) << "in random order";
    std::ranges::sort(whole);
    EXPECT_EQ(whole, upTo(10'000));
    EXPECT_TRUE(rddOf<int>(shape, {}).takeSample(true, 20).empty());
  }
  EXPECT_TRUE(rddOf<int>(test::makeEngine(), {}, 0).takeSample(false, 20).empty());
  EXPECT_THROW(rddOf<int>(Shape{}, {1}).takeSample(false, -1), IllegalArgument);
}

TEST(TakeSample, IsTheSameForTheSameSeed) {
  const auto rdd = rddOf<int>(Shape{.partitions = 5}, upTo(1'000));
  EXPECT_EQ(rdd.takeSample(false, 50, 42), rdd.takeSample(false, 50, 42));
  EXPECT_EQ(rdd.takeSample(true, 50, 42), rdd.takeSample(true, 50, 42));
  EXPECT_NE(rdd.takeSample(false, 50, 42), rdd.takeSample(false, 50, 43));
  EXPECT_NE(rdd.takeSample(false, 50), rdd.takeSample(false, 50)) << "a seed of its own each time";
}

TEST(TakeSample, DrawsEachRecordEquallyOften) {
  for (bool withReplacement : {false, true}) {
    std::vector<int> drawn(20);
    const auto rdd = rddOf<int>(Shape{.partitions = 3}, upTo(20));
    for (std::uint64_t seed = 0; seed < 4'000; ++seed)
      for (int record : rdd.takeSample(withReplacement, 5, seed)) ++drawn[static_cast<std::size_t>(record)];
    for (int times : drawn) EXPECT_NEAR(times, 1'000, 180) << withReplacement;  // six standard deviations
  }
}

TEST(TakeSample, OwnsText) {
  const auto words = rddOf<std::string_view>(Shape{.partitions = 2}, {"a text beyond the inline size", "b"});
  auto sample = words.takeSample(false, 5);
  std::ranges::sort(sample);
  EXPECT_EQ(sample, (std::vector<std::string>{"a text beyond the inline size", "b"}));
}

TEST(TakeSample, NoticesAnRddThatChanges) {
  auto passes = std::make_shared<std::atomic<int>>(0);
  const auto rdd = rddOf<int>(Shape{.partitions = 1}, upTo(100)).mapPartitions([passes](auto& records) {
    std::vector<int> some;
    for (int record : records) {
      if (*passes == 0 || record == 0) some.push_back(record);
    }
    ++*passes;
    return some;
  });
  EXPECT_THROW(rdd.takeSample(false, 50, 1), SparkException);
}

}  // namespace
}  // namespace millrace
