#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/state/batch_forms.hpp>
#include <millrace/dstream/state/stacked_fold.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
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

/// Notes how many batches a slide hands over.
struct NotingFold final : core::WindowFold {
  bool recovers() const override { return true; }
  bool needsAll() const override { return fails; }
  void reset() override { fails = true; }
  void slide(int, const core::WindowSlide& slide) override {
    handed.push_back(slide.all.size());
    if (std::exchange(fails, false)) return;
    if (handed.size() == 6) throw std::runtime_error("the sixth");
  }
  core::BlockPtr table(int) const override { return std::make_shared<core::TableBlock<std::string, int>>(); }

  std::vector<std::size_t> handed;
  bool fails = false;
};

TEST(StackedFold, ASlideCostsWhatEntersAndNotWhatTheWindowHolds) {
  StreamTest running;
  auto fold = std::make_unique<NotingFold>();
  const NotingFold& noted = *fold;
  auto reduced = running.source<Pair>({}).reduceByKey(&largest, 1);
  DStream<Pair> window(
      core::movingWindow("noted", reduced.node(), Seconds(4), Seconds(1), std::move(fold),
                         std::make_shared<core::TableBatches<std::string, int>>(core::hashPartitioner(1)),
                         core::hashPartitioner(1), core::KeepsState::kForItsWindow));
  window.foreachRDD([](const RDD<Pair>& rdd) {
    try {
      rdd.count();
    } catch (const SparkException&) {
    }
  });
  running.start();
  running.advance(8);
  EXPECT_EQ(noted.handed, (std::vector<std::size_t>{1, 1, 1, 1, 1, 1, 4, 1}))
      << "all batches of the window only after the failure";
  running.stop();
}

}  // namespace
}  // namespace millrace
