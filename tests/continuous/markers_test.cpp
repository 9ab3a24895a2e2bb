#include <millrace/continuous/plan.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<int, int>;
using Times = std::vector<std::int64_t>;

Pair byParity(int x) { return {x % 2, x}; }

int sum(int, std::optional<int> value, State<int>& state) {
  state.update(state.getOption().value_or(0) + value.value_or(0));
  return state.get();
}

TEST(Markers, AreAbsentWhereASlideIsLonger) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto windows =
        running.collect(numbers.stream.window(Seconds(3), Seconds(2)).map([](int x) { return -x; }));
    auto sums = running.collect(numbers.stream.map(byParity).reduceByKeyAndWindow(
        std::plus<>{}, std::minus<>{}, Seconds(4), Seconds(2)));
    running.play({start(), addData(numbers, {1}), closeBatch(), expectNothing(windows), expectNothing(sums),
                  addData(numbers, {2}), closeBatch(), expect(windows, {-1, -2}),
                  expectAnyOrder(sums, {{0, 2}, {1, 1}}), addData(numbers, {3}), closeBatch(),
                  expectNothing(windows), addData(numbers, {4}), closeBatch(), expect(windows, {-2, -3, -4}),
                  expectAnyOrder(sums, {{0, 6}, {1, 4}}), stop()});
    EXPECT_EQ(windows.times(), (Times{2000, 4000}));
    EXPECT_EQ(sums.times(), (Times{2000, 4000}));
  });
}

TEST(Markers, AreAbsentWhereASourceHasNoRdd) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>(), others = running.input<int>();
    auto mapped = running.collect(numbers.stream.map([](int x) { return x; }));
    auto counted = running.collect(numbers.stream.map(byParity).reduceByKey(std::plus<>{}));
    auto elsewhere = running.collect(others.stream);
    running.play({start(), addData(numbers, {1}), closeBatch(), noRdd(numbers), addData(others, {5}),
                  closeBatch(), addData(numbers, {2}), closeBatch(), stop()});
    EXPECT_EQ(mapped.times(), (Times{1000, 3000}));
    EXPECT_EQ(counted.times(), (Times{1000, 3000}));
    EXPECT_EQ(elsewhere.records(), (std::vector<std::vector<int>>{{}, {5}, {}}));
  });
}

TEST(Markers, NoFunctionIsCalledWhereTheyAreAbsent) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    std::atomic<int> calls = 0;
    auto numbers = running.input<int>();
    numbers.stream
        .mapPartitions([&](auto&) {
          ++calls;
          return std::vector<int>();
        })
        .foreach ([](int) {});
    running.play({start(), noRdd(numbers), closeBatch()});
    EXPECT_EQ(calls, 0);
    running.play({closeBatch(), stop()});
    EXPECT_EQ(calls, options.shape.partitions) << "an empty RDD is something else";
  });
}

TEST(Markers, AnAbsentParentFailsUnionAndRepartition) {
  inBothModes([](const StreamOptions& options) {
    for (bool unites : {true, false}) {
      StreamTest running(options);
      auto numbers = running.input<int>(), others = running.input<int>();
      auto end = unites ? others.stream.union_(numbers.stream) : numbers.stream.repartition(2);
      auto outputs = running.collect(end);
      running.play(
          {start(), noRdd(numbers), addData(others, {1}), closeBatch(),
           fails(std::string("batch 1000 ms, making its jobs: ") + (unites ? "union" : "repartition") +
                 " #2 could not generate an RDD from its parent Test stream #0 at time 1000 ms: a source "
                 "that has no data has to give an empty RDD"),
           expectNothing(outputs), addData(numbers, {2}), closeBatch(), expect(outputs, {2}), stop()});
    }
  });
}

TEST(Markers, AnAbsentParentOfAUnionIsSaidForWritersToo) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>(), others = running.input<int>();
    others.stream.union_(numbers.stream).map([](int x) { return x; }).foreach ([](int) {});
    running.play(
        {start(), noRdd(numbers), closeBatch(),
         fails("batch 1000 ms, making its jobs: union #2 could not generate an RDD from its parent Test "
               "stream #0 at time 1000 ms: a source that has no data has to give an empty RDD"),
         closeBatch(), stop()});
  });
}

TEST(Markers, WindowsRunOnTheirOwnSlide) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto plain = running.collect(numbers.stream.window(Seconds(2)));
    auto sums = running.collect(
        numbers.stream.map(byParity).reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2)));
    running.play({start(), addData(numbers, {1}), closeBatch(), expect(plain, {1}), expect(sums, {{1, 1}}),
                  noRdd(numbers), closeBatch(), expect(plain, {1}), expect(sums, {{1, 1}}),
                  addData(numbers, {3}), closeBatch(), expect(plain, {3}), expect(sums, {{1, 3}}), stop()});
  });
}

TEST(Markers, StatesRunOnTheirOwnSlide) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>(1);
    auto sums = numbers.stream.map(byParity).mapWithState(StateSpec::function(&sum));
    auto emitted = running.collect(sums);
    auto snapshots = running.collect(sums.stateSnapshots());
    running.play({start(), addData(numbers, {1, 3}), closeBatch(), expect(emitted, {1, 4}),
                  expect(snapshots, {{1, 4}}), noRdd(numbers), closeBatch(), expect(emitted, {}),
                  expect(snapshots, {{1, 4}}), addData(numbers, {2}), closeBatch(), expect(emitted, {2}),
                  expectAnyOrder(snapshots, {{0, 2}, {1, 4}}), stop()});
  });
}

}  // namespace
}  // namespace millrace
