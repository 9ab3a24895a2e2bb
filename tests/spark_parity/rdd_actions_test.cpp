#include <millrace/base/error.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/ops.hpp>

#include <spark_parity/from_json.hpp>
#include <support/engines.hpp>
#include <support/vectors.hpp>

#include "support/numbers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace millrace::parity {
namespace {

using test::range;
using Json = boost::json::value;

/// Makers, actions and numbers of RDDs: the rows of block H as data.
class RddVectors : public testing::TestWithParam<int> {
 protected:
  static Json row(const char* id) { return test::vector(id); }

  SparkContext sc{SparkConf(), test::makeEngine({.partitions = 4, .threads = GetParam(), .chunkSize = 3})};
};

INSTANTIATE_TEST_SUITE_P(Threads, RddVectors, testing::Values(1, 2, 4));

double number(const Json& value) { return value.to_number<double>(); }

// A list, or "first..last".
std::vector<int> numbers(const Json& value) {
  if (value.is_array()) return fromJson<std::vector<int>>(value);
  const std::string text(value.as_string());
  const std::size_t dots = text.find("..");
  std::vector<int> all;
  for (int i = std::stoi(text.substr(0, dots)); i <= std::stoi(text.substr(dots + 2)); ++i) all.push_back(i);
  return all;
}

TEST_P(RddVectors, H01_Slices) {
  const Json vectors = row("H01").at("rows");
  for (const Json& each : vectors.as_array()) {
    SCOPED_TRACE(boost::json::serialize(each));
    const auto records = numbers(each.at(0));
    const auto slices = fromJson<int>(each.at(1));
    if (each.at(2).is_string()) {
      EXPECT_THROW(sc.parallelize(records, slices), IllegalArgument);
      continue;
    }
    std::vector<std::vector<int>> expected;
    for (const Json& slice : each.at(2).as_array()) expected.push_back(numbers(slice));
    EXPECT_EQ(test::partitionsOf(sc.parallelize(records, slices)), expected);
    if (records.empty()) continue;
    const auto lazily = std::views::iota(records.front(), records.back() + 1);
    EXPECT_EQ(test::partitionsOf(sc.parallelize(lazily, slices)), expected);
  }
}

TEST_P(RddVectors, H02_Actions) {
  const Json expect = row("H02").at("expect");
  const auto nums = sc.makeRDD(std::vector{1, 2, 3, 4}, 2);
  EXPECT_EQ(nums.collect(), fromJson<std::vector<int>>(expect.at("collect")));
  std::vector<int> locally;
  for (int record : nums.toLocalIterator()) locally.push_back(record);
  EXPECT_EQ(locally, fromJson<std::vector<int>>(expect.at("toLocalIterator")));
  EXPECT_EQ(nums.reduce(std::plus<>{}), fromJson<int>(expect.at("reduce +")));
  EXPECT_EQ(nums.fold(0, std::plus<>{}), fromJson<int>(expect.at("fold(0) +")));
  EXPECT_EQ(nums.max(), fromJson<int>(expect.at("max")));
  EXPECT_EQ(nums.min(), fromJson<int>(expect.at("min")));
  EXPECT_EQ(sc.union_(nums, nums).collect(), fromJson<std::vector<int>>(expect.at("union self")));
  EXPECT_THROW(nums.filter([](int x) { return x > 5; }).reduce(std::plus<>{}), Unsupported);
}

TEST_P(RddVectors, H03_Nothing) {
  EXPECT_EQ(sc.emptyRDD<int>().count(), row("H03").at("expect").at("count").as_int64());
  EXPECT_THROW(sc.emptyRDD<int>().reduce(std::plus<>{}), Unsupported);
}

TEST_P(RddVectors, H04_Trees) {
  const auto expected = fromJson<int>(row("H04").at("expect"));
  const auto rdd = sc.makeRDD(std::views::iota(-1'000, 1'000), 10);
  EXPECT_EQ(rdd.fold(0, std::plus<>{}), expected);
  for (int depth = 1; depth < 10; ++depth) {
    EXPECT_EQ(rdd.treeReduce(std::plus<>{}, depth), expected);
    EXPECT_EQ(rdd.treeAggregate(0, std::plus<>{}, std::plus<>{}, depth), expected);
  }
}

TEST_P(RddVectors, H05_Aggregate) {
  using Sums = std::map<std::string, int>;
  const std::vector<std::pair<std::string, int>> records{{"a", 1}, {"b", 2}, {"a", 2}, {"c", 5}, {"a", 3}};
  const auto sums = sc.makeRDD(records).aggregate(
      Sums(),
      [](Sums all, const auto& kv) {
        all[kv.first] += kv.second;
        return all;
      },
      [](Sums all, const Sums& more) {
        for (const auto& [key, value] : more) all[key] += value;
        return all;
      });
  EXPECT_EQ((std::vector<std::pair<std::string, int>>(sums.begin(), sums.end())),
            (fromJson<std::vector<std::pair<std::string, int>>>(row("H05").at("expect"))));
}

TEST_P(RddVectors, H09_TopAndTakeOrdered) {
  const auto rows = row("H09").at("rows");
  auto shuffled = range(1, 99'999);
  std::ranges::shuffle(shuffled, std::mt19937(1));
  EXPECT_EQ(sc.makeRDD(shuffled).top(5), fromJson<std::vector<int>>(rows.at(0).at(1)));
  EXPECT_EQ(sc.makeRDD(std::vector<std::string>{"a", "b", "c", "d"}).top(2, std::greater<>{}),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(sc.makeRDD(range(1, 10)).takeOrdered(5), fromJson<std::vector<int>>(rows.at(2).at(1)));
  EXPECT_EQ(sc.makeRDD(range(1, 10)).takeOrdered(0), fromJson<std::vector<int>>(rows.at(3).at(1)));
  EXPECT_EQ(sc.makeRDD(range(1, 10)).takeOrdered(5, std::greater<>{}),
            fromJson<std::vector<int>>(rows.at(4).at(1)));
}

TEST_P(RddVectors, H10_IsEmpty) {
  const auto rows = row("H10").at("rows");
  const auto three = sc.makeRDD(std::vector{1, 2, 3}, 3);
  EXPECT_EQ(sc.emptyRDD<int>().isEmpty(), rows.at(0).at(1).as_bool());
  EXPECT_EQ(sc.makeRDD(std::vector<int>(), 1).isEmpty(), rows.at(1).at(1).as_bool());
  EXPECT_EQ(sc.makeRDD(std::vector{1}).isEmpty(), rows.at(2).at(1).as_bool());
  EXPECT_EQ(three.filter([](int x) { return x < 0; }).isEmpty(), rows.at(3).at(1).as_bool());
  EXPECT_EQ(three.filter([](int x) { return x > 1; }).isEmpty(), rows.at(4).at(1).as_bool());
}

TEST_P(RddVectors, H11_TakeSample) {
  const auto rdd = sc.makeRDD(std::views::iota(1, 1'000'001), 2);
  const auto different = [](const std::vector<int>& records) {
    return std::set<int>(records.begin(), records.end()).size();
  };
  for (int n : {5, 20, 100}) {
    const auto sample = rdd.takeSample(false, n, 11);
    EXPECT_EQ(sample.size(), static_cast<std::size_t>(n));
    EXPECT_EQ(different(sample), sample.size());
  }
  EXPECT_EQ(rdd.takeSample(true, 20).size(), 20u);
  const auto hundred = sc.makeRDD(range(1, 100));
  EXPECT_EQ(hundred.takeSample(true, 100, 7).size(), 100u);
  EXPECT_LT(different(hundred.takeSample(true, 100, 7)), 100u);
  EXPECT_EQ(hundred.takeSample(true, 200).size(), 200u);
  EXPECT_TRUE(sc.emptyRDD<int>().takeSample(false, 1).empty());
}

TEST_P(RddVectors, H31_Statistics) {
  const Json expect = row("H31").at("expect");
  const auto rdd = sc.parallelize(std::vector{2.0, 4.0}, 8);
  EXPECT_EQ(rdd.sum(), number(expect.at("sum")));
  EXPECT_EQ(rdd.mean(), number(expect.at("mean")));
  EXPECT_EQ(rdd.variance(), number(expect.at("variance")));
  EXPECT_EQ(rdd.stdev(), number(expect.at("stdev")));
  EXPECT_EQ(rdd.sampleVariance(), number(expect.at("sampleVariance")));
  EXPECT_EQ(rdd.stats().max(), number(expect.at("max")));
  EXPECT_EQ(rdd.stats().min(), number(expect.at("min")));
}

TEST_P(RddVectors, H32_Histograms) {
  const auto doubles = [](const Json& list) {
    std::vector<double> all;
    for (const Json& value : list.as_array()) all.push_back(number(value));
    return all;
  };
  const Json vectors = row("H32").at("rows");
  for (const Json& each : vectors.as_array()) {
    SCOPED_TRACE(boost::json::serialize(each));
    auto values = doubles(each.at(0));
    const auto bounds = doubles(each.at(1));
    const auto counts = fromJson<std::vector<std::int64_t>>(each.at(2));
    EXPECT_EQ(sc.makeRDD(values).histogram(bounds), counts);
    if (bounds.size() == 2) {
      EXPECT_EQ(sc.makeRDD(values).histogram(bounds, true), counts);
    }
    values.push_back(std::nan(""));
    EXPECT_EQ(sc.makeRDD(values).histogram(bounds), counts) << "NaN is left out";
  }
  EXPECT_THROW(sc.makeRDD(std::vector{1.0}).histogram(std::vector<double>{1.0}), IllegalArgument);
}

TEST_P(RddVectors, H34_Sum) {
  EXPECT_EQ(sc.makeRDD(std::vector<double>()).sum(), 0.0);
  EXPECT_EQ(sc.makeRDD(std::vector{1.0}).sum(), 1);
  EXPECT_EQ(sc.makeRDD(std::vector{1, 2}).sum(), 3);
}

TEST_P(RddVectors, H38_Asynchronous) {
  EXPECT_EQ(sc.makeRDD(range(1, 10'000), 5).countAsync().get(), 10'000);
  const auto rdd = sc.makeRDD(range(1, 1'000), 3);
  EXPECT_EQ(rdd.collectAsync().get(), range(1, 1'000));
  auto runs = std::make_shared<std::atomic<int>>(0);
  sc.makeRDD(range(1, 1'000), 9).foreachPartitionAsync([runs](auto&) { ++*runs; }).get();
  EXPECT_EQ(*runs, 9);
  for (int n : {0, 1, 999, 1'000}) EXPECT_EQ(rdd.takeAsync(n).get(), rdd.take(n));
}

}  // namespace
}  // namespace millrace::parity
