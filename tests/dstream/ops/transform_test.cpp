#include <millrace/dstream/ops/transform.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;

TEST(StreamTransform, AppliesAFunctionToEachRdd) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto sorted = running.collect(numbers.stream.transform(
        [](const RDD<int>& rdd) { return rdd.sortBy([](int x) { return x; }, false); }));
    auto timed = running.collect(numbers.stream.transform([](const RDD<int>& rdd, Time time) {
      return rdd.map([time](int x) { return x + time.milliseconds(); });
    }));
    running.play({start(), addData(numbers, {2, 9, 4}), closeBatch(), expect(sorted, {9, 4, 2}),
                  expect(timed, {1002, 1009, 1004}), closeBatch(), expect(sorted, {}), expect(timed, {}),
                  stop()});
  });
}

TEST(StreamTransform, RunsEveryBatchOnTheDriver) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    std::vector<std::int64_t> calls;
    auto numbers = running.input<int>();
    running.collect(numbers.stream.transform([&](const RDD<int>& rdd, Time time) {
      calls.push_back(time.milliseconds());
      return rdd;
    }));
    running.play({start(), closeBatch(3), stop()});
    EXPECT_EQ(calls, (std::vector<std::int64_t>{1000, 2000, 3000}));
  });
}

TEST(StreamTransform, RefusesTheNullRddAndParentsWithoutOne) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    running.collect(numbers.stream.transform(
        [](const RDD<int>& rdd, Time time) { return time == Time(2000) ? RDD<int>() : rdd; }));
    running.play({start(), closeBatch(2),
                  fails("batch 2000 ms, making its jobs: the function of transform #1 gave the null RDD at "
                        "time 2000 ms: it must not return null, give an empty RDD instead"),
                  stop()});
  });
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    running.collect(numbers.stream.transform([](const RDD<int>& rdd) { return rdd; }));
    running.play({start(), noRdd(numbers), closeBatch(),
                  fails("batch 1000 ms, making its jobs: transform #1 could not generate an RDD from its "
                        "parent Test stream #0 at time 1000 ms: a source that has no data has to give an "
                        "empty RDD"),
                  stop()});
  });
}

TEST(StreamTransform, NamesItselfWhenItThrows) {
  StreamTest running;
  running.collect(running.source<int>({}).transform([](const RDD<int>& rdd, Time time) {
    return time == Time(1000) ? throw std::runtime_error("no") : rdd;
  }));
  EXPECT_EQ(running.failureOf(1), "batch 1000 ms, making its jobs: transform #1: no");
}

TEST(StreamTransformWith, SeesBothRdds) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto left = running.input<Pair>();
    auto right = running.input<std::pair<std::string, double>>();
    auto joined = running.collect(left.stream.transformWith(
        right.stream, [](const RDD<Pair>& a, const RDD<std::pair<std::string, double>>& b, Time) {
          return a.join(b).mapValues([](const auto& both) { return both.first * both.second; });
        }));
    running.play({start(), addData(left, {{"a", 2}, {"b", 3}}), addData(right, {{"a", 1.5}}), closeBatch(),
                  expect(joined, {{"a", 3.0}}), closeBatch(), expect(joined, {}), stop()});
  });
}

// A function that runs jobs reads its parents before the jobs of the batches before have run.
TEST(StreamTransform, MayReadWindowsAndStatesAhead) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto window = pairs.stream.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2));
    auto plain = pairs.stream.reduceByKeyAndWindow(std::plus<>{}, Seconds(2));
    auto states = pairs.stream.updateStateByKey(
        [](const std::vector<int>& news, std::optional<int> old) -> std::optional<int> {
          return old.value_or(0) + static_cast<int>(news.size());
        });
    auto sorted = [](const RDD<Pair>& rdd) { return rdd.sortByKey(); };
    auto direct = running.collect(window);
    auto windows = running.collect(window.transform(sorted));
    auto plains = running.collect(plain.transform(sorted));
    auto counts = running.collect(states.transform(sorted));
    auto again = running.collect(states);
    running.start();
    for (int i = 0; i < 6; ++i) {
      pairs.feed->add({{"a", i}, {"b", 1}});
      running.clock().advance(1000);
    }
    running.advance(2);
    running.stop();
    ASSERT_EQ(windows.records().size(), 8U);
    EXPECT_EQ(direct.sorted(), windows.records());
    EXPECT_EQ(again.sorted(), counts.records());
    EXPECT_EQ(counts.records()[7].size(), 2U);
    EXPECT_EQ(plains.records().size(), 8U);
  });
}

}  // namespace
}  // namespace millrace
