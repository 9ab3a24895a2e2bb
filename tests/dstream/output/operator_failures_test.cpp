#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Ints = std::vector<int>;
using test::StreamTest;

int refuseTwo(int x) {
  if (x == 2) throw std::runtime_error("two is refused");
  return x;
}

/// Runs an operator that refuses the 2 in the second of three batches.
template <class Operator>
void expectNamed(const std::string& name, Operator op) {
  SCOPED_TRACE(name);
  test::onAllShapes([&](test::StreamOptions options) {
    options.shape.partitions = 2;
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto source = running.source<int>(test::batches<int>({{1}, {5, 2}, {3}})).map([](int x) { return x; });
    auto outputs = running.collect(op(source));
    EXPECT_EQ(running.failureOf(3),
              "batch 2000 ms, foreachRDD #3: " + name + " failed in partition 1: two is refused");
    EXPECT_EQ(outputs.records(), (std::vector<Ints>{{1}, {3}})) << "the other batches go on";
  });
}

TEST(OperatorFailures, NameBatchOutputOperatorAndPartition) {
  expectNamed("map #2", [](auto stream) { return stream.map(refuseTwo); });
  expectNamed("flatMap #2",
              [](auto stream) { return stream.flatMap([](int x) { return Ints{refuseTwo(x)}; }); });
  expectNamed("filter #2", [](auto stream) { return stream.filter([](int x) { return refuseTwo(x) > 0; }); });
  expectNamed("mapPartitions #2", [](auto stream) {
    return stream.mapPartitions([](auto& records) {
      Ints all;
      for (int x : records) all.push_back(refuseTwo(x));
      return all;
    });
  });
  expectNamed("map #2 \"strict\"", [](auto stream) { return stream.map(refuseTwo).name("strict"); });
}

TEST(OperatorFailures, InsideAShuffleNameWhoThrew) {
  using Keyed = std::pair<int, int>;
  test::onAllShapes([](test::StreamOptions options) {
    SCOPED_TRACE(options.shape.describe());
    StreamTest running(options);
    auto pairs = running.source<Keyed>(test::batches<Keyed>({{{1, 1}}, {{2, 1}, {2, 1}}, {{3, 1}}}));
    auto outputs = running.collect(pairs.reduceByKey([](int a, int b) -> int {
      throw std::runtime_error(std::to_string(a) + " and " + std::to_string(b));
    }));
    const std::string failure = running.failureOf(3);
    EXPECT_TRUE(failure.starts_with("batch 2000 ms, foreachRDD #2: reduceByKey #1 failed in partition "))
        << failure;
    EXPECT_TRUE(failure.ends_with(": 1 and 1")) << failure;
    EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{1000, 3000}));
  });
}

TEST(OperatorFailures, BelowAShuffleNameTheOperatorThatFedIt) {
  StreamTest running({.shape = {.partitions = 2}});
  auto source = running.source<int>(test::batches<int>({{1, 2}}));
  running.collect(source.map([](int x) { return std::pair(refuseTwo(x), 1); }).reduceByKey(std::plus<>{}));
  EXPECT_EQ(running.failureOf(1),
            "batch 1000 ms, foreachRDD #3: map #1 failed in partition 1: two is refused");
}

TEST(OperatorFailures, BelowAWindowAreMetAsLongAsTheBatchIsInIt) {
  StreamTest running;
  auto source = running.source<int>(test::batches<int>({{1}, {2}, {3}, {4}, {5}}), 1);
  auto outputs = running.collect(source.map(refuseTwo).window(Seconds(2)));
  EXPECT_EQ(running.failureOf(5),
            "batch 3000 ms, foreachRDD #3: map #1 failed in partition 0: two is refused");
  EXPECT_EQ(outputs.records(), (std::vector<Ints>{{1}, {3, 4}, {4, 5}}));
}

TEST(OperatorFailures, CarryWhatWasThrown) {
  StreamTest running;
  running.collect(running.source<int>(test::batches<int>({{2}}), 1).map(refuseTwo));
  try {
    running.run(1);
    FAIL() << "nothing was thrown";
  } catch (const BatchFailure& batch) {
    EXPECT_EQ(batch.batchTime(), Time(1000));
    try {
      std::rethrow_exception(batch.cause());
    } catch (const TaskFailure& task) {
      EXPECT_EQ(task.operatorName(), "map #1");
      EXPECT_EQ(task.partition(), 0);
      EXPECT_THROW(std::rethrow_exception(task.cause()), std::runtime_error);
    }
  }
}

}  // namespace
}  // namespace millrace
