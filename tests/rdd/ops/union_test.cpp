#include <millrace/rdd/ops/union.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::rddOf;
using NumberPair = std::pair<int, int>;

/// Counts the sets of tasks that it runs: the map side of a shuffle is one, the result another.
class StageCounter final : public core::JobRunner {
 public:
  explicit StageCounter(int& stages) : stages_(stages) {}
  void run(int tasks, FunctionRef<void(int)> task) override {
    ++stages_;
    for (int i = 0; i < tasks; ++i) task(i);
  }
  int threads() const override { return 1; }

 private:
  int& stages_;
};

core::EnginePtr countedEngine(int& stages) {
  return std::make_shared<core::Engine>(std::make_unique<StageCounter>(stages), 2,
                                        std::make_shared<LocalFileSystem>());
}

template <class T>
std::vector<T> inOrderOf(std::vector<T> records) {
  std::ranges::sort(records);
  return records;
}

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

TEST(Union, KeepsThePartitionerThatAllShare) {
  for (const test::Shape& shape : test::allShapes()) {
    SCOPED_TRACE(shape.describe());
    auto engine = test::makeEngine(shape);
    auto ones = rddOf<NumberPair>(engine, {{1, 1}, {2, 1}, {3, 1}, {1, 1}}, 2).reduceByKey(std::plus<>{}, 3);
    auto tens = rddOf<NumberPair>(engine, {{1, 10}, {4, 10}}, 1).reduceByKey(std::plus<>{}, 3);
    auto none = rddOf<NumberPair>(engine, {}, 0);
    const auto values = std::vector<NumberPair>{{1, 2}, {1, 10}, {2, 1}, {3, 1}, {4, 10}};
    for (const auto& both : {ones.union_(tens), RDD<NumberPair>::union_({none, ones, none, tens}),
                             none.union_(ones).union_(none).union_(tens)}) {
      EXPECT_EQ(both.getNumPartitions(), 3);
      EXPECT_EQ(both.partitioner(), ones.partitioner());
      EXPECT_EQ(inOrderOf(both.collect()), values);
      const auto partitions = test::partitionsOf(both);
      const auto left = test::partitionsOf(ones), right = test::partitionsOf(tens);
      for (std::size_t p = 0; p < 3; ++p) {
        auto wanted = left[p];
        wanted.insert(wanted.end(), right[p].begin(), right[p].end());
        EXPECT_EQ(partitions[p], wanted) << "one parent's records after the other's";
      }
    }
  }
}

TEST(Union, LosesAPartitionerThatNotAllShare) {
  auto engine = test::makeEngine();
  auto pairs = rddOf<NumberPair>(engine, {{1, 1}, {2, 1}}, 2);
  auto three = pairs.reduceByKey(std::plus<>{}, 3), four = pairs.reduceByKey(std::plus<>{}, 4);
  auto empty = rddOf<NumberPair>(engine, {}, 1);
  EXPECT_EQ(three.union_(four).getNumPartitions(), 7);
  EXPECT_EQ(three.union_(four).partitioner(), std::nullopt);
  EXPECT_EQ(three.union_(pairs).getNumPartitions(), 5);
  EXPECT_EQ(three.union_(three.map([](const auto& kv) { return kv; })).getNumPartitions(), 6);
  EXPECT_EQ(three.union_(empty).getNumPartitions(), 4) << "a partition without records is a partition";
  auto ranges = pairs.partitionBy(RangePartitioner(2, pairs));
  EXPECT_EQ(ranges.union_(pairs.partitionBy(HashPartitioner(2))).getNumPartitions(), 4);
  EXPECT_EQ(ranges.union_(ranges).getNumPartitions(), 2);
  EXPECT_EQ(inOrderOf(ranges.union_(ranges).collect()),
            (std::vector<NumberPair>{{1, 1}, {1, 1}, {2, 1}, {2, 1}}));
}

TEST(Union, OfWhatSharesAPartitionerIsJoinedWithoutAShuffle) {
  int stages = 0;
  auto engine = countedEngine(stages);
  auto pairs = rddOf<NumberPair>(engine, {{1, 1}, {2, 1}, {3, 1}}, 2);
  auto ones = pairs.reduceByKey(std::plus<>{}, 3);
  auto both = ones.union_(pairs.mapValues([](int v) { return 10 * v; }).reduceByKey(std::plus<>{}, 3));
  both.collect();
  stages = 0;
  EXPECT_EQ(inOrderOf(both.join(ones).collect()),
            (std::vector<std::pair<int, NumberPair>>{
                {1, {1, 1}}, {1, {10, 1}}, {2, {1, 1}}, {2, {10, 1}}, {3, {1, 1}}, {3, {10, 1}}}));
  EXPECT_EQ(stages, 1) << "only the tasks of the result";
  stages = 0;
  EXPECT_EQ(inOrderOf(both.reduceByKey(std::plus<>{}).collect()),
            (std::vector<NumberPair>{{1, 11}, {2, 11}, {3, 11}}));
  EXPECT_EQ(stages, 1);
}

TEST(Union, OfMorePartitionsThanAnIntCountsIsRefused) {
  auto rdd = rddOf<int>(test::makeEngine(), {1}, 1);
  for (int i = 0; i < 30; ++i) rdd = rdd.union_(rdd);
  EXPECT_EQ(rdd.getNumPartitions(), 1 << 30);
  try {
    rdd.union_(rdd);
    ADD_FAILURE() << "not refused";
  } catch (const IllegalArgument& error) {
    EXPECT_STREQ(error.what(),
                 "a union of 2147483648 partitions, and 2147483647 are the most: coalesce() the RDDs first");
  }
  EXPECT_THROW(RDD<int>::union_(std::vector(5, rdd)), IllegalArgument);
}

}  // namespace
}  // namespace millrace
