#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/state/stacked_fold.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;

int largest(int a, int b) { return std::max(a, b); }

TEST(StackedFold, KeepsAWindowWithoutAnInverse) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto most = running.collect(pairs.stream.reduceByKeyAndWindow(&largest, Seconds(3)));
    running.play({start(),
                  addData(pairs, {{"a", 9}, {"b", 1}}),
                  closeBatch(),
                  expectAnyOrder(most, {{"a", 9}, {"b", 1}}),
                  addData(pairs, {{"a", 2}}),
                  closeBatch(),
                  expectAnyOrder(most, {{"a", 9}, {"b", 1}}),
                  noRdd(pairs),
                  closeBatch(),
                  expectAnyOrder(most, {{"a", 9}, {"b", 1}}),
                  closeBatch(),
                  expect(most, {{"a", 2}}),
                  addData(pairs, {{"a", 1}, {"c", 4}}),
                  closeBatch(),
                  expectAnyOrder(most, {{"a", 1}, {"c", 4}}),
                  closeBatch(2),
                  expectAnyOrder(most, {{"a", 1}, {"c", 4}}),
                  expectAnyOrder(most, {{"a", 1}, {"c", 4}}),
                  closeBatch(),
                  expect(most, {}),
                  stop()});
  });
}

TEST(StackedFold, NeedsNoCheckpoint) {
  StreamTest running;
  running.context().graph()->setCheckpointDirectory("");
  auto most = running.collect(running.source<Pair>(batches<Pair>({{{"a", 1}}, {{"a", 2}}}))
                                  .reduceByKeyAndWindow(&largest, Seconds(2)));
  running.run(2);
  EXPECT_EQ(most.records(), (std::vector<std::vector<Pair>>{{{"a", 1}}, {{"a", 2}}}));
}

// Each batch folds to 1, so that the function that throws is called by the window only.
TEST(StackedFold, GoesOnWhenWhatItsFunctionThrewAtHasLeft) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto sums = running.collect(pairs.stream.reduceByKeyAndWindow(
        [](int a, int b) { return a == 13 || b == 13 ? throw std::runtime_error("thirteen") : a + b; },
        Seconds(2)));
    running.play(
        {start(), addData(pairs, {{"a", 1}}), closeBatch(), expect(sums, {{"a", 1}}),
         addData(pairs, {{"a", 13}, {"b", 1}}), closeBatch(), expectNothing(sums), addData(pairs, {{"a", 1}}),
         closeBatch(), expectNothing(sums), addData(pairs, {{"a", 1}}), closeBatch(),
         expect(sums, {{"a", 2}}),
         fails("batch 3000 ms, foreachRDD #3: reduceByKeyAndWindow #2 failed in partition 0: thirteen"),
         stop()});
  });
}

TEST(StackedFold, ServesWhatLooksBackOnIt) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto window = pairs.stream.reduceByKeyAndWindow(&largest, Seconds(2));
    auto twice = running.collect(window.window(Seconds(3)).reduceByKey(&largest));
    auto rarely = running.collect(window.window(Seconds(2), Seconds(2)).reduceByKey(&largest));
    running.play({start(), addData(pairs, {{"a", 5}}), closeBatch(), expect(twice, {{"a", 5}}), closeBatch(),
                  expect(twice, {{"a", 5}}), expect(rarely, {{"a", 5}}), closeBatch(),
                  expect(twice, {{"a", 5}}), closeBatch(), expect(twice, {{"a", 5}}), expect(rarely, {}),
                  closeBatch(), expect(twice, {}), stop()});
  });
}

}  // namespace
}  // namespace millrace
