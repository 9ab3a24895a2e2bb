#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include "contexts/observed.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Ints = std::vector<int>;
using Strings = std::vector<std::string>;
using Pair = std::pair<int, int>;

TEST(FunctionsThatSeeRdds, MayRunActions) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    Happenings seen;
    numbers.stream.map([](int x) { return x + 1; }).foreachRDD([&](const RDD<int>& rdd, Time time) {
      auto counts = rdd.map([](int x) { return Pair(x % 2, 1); }).reduceByKey(std::plus<>{}).collect();
      std::ranges::sort(counts);
      seen.add(std::to_string(time.milliseconds()) + ": " + std::to_string(rdd.count()) + " " +
               testing::PrintToString(counts) + " " + testing::PrintToString(rdd.take(1)));
    });
    running.play({start(), addData(numbers, {1, 2, 3}), closeBatch(2), stop()});
    EXPECT_EQ(seen.all(), (Strings{"1000: 3 { (0, 2), (1, 1) } { 2 }", "2000: 0 {} {}"}));
  });
}

TEST(FunctionsThatSeeRdds, MayBuildOnTheRddsOfOtherStreams) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>(), others = running.input<int>();
    auto kept = others.stream.map([](int x) { return 10 * x; }).persist();
    kept.foreachRDD([](const RDD<int>&) {});
    Happenings seen;
    numbers.stream.foreachRDD([&](const RDD<int>& rdd, Time time) {
      auto other = kept.slice(time, time);
      ASSERT_EQ(other.size(), 1U);
      seen.add(testing::PrintToString(rdd.union_(other[0]).collect()));
    });
    running.play({start(), addData(numbers, {1}), addData(others, {2, 3}), closeBatch(), stop()});
    EXPECT_EQ(seen.all(), Strings{"{ 1, 20, 30 }"});
  });
}

TEST(FunctionsThatSeeRdds, RunOneAfterTheOtherOnOneThread) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    Happenings seen;
    std::set<std::thread::id> threads;
    for (const char* name : {"first", "second", "third"}) {
      numbers.stream.foreachRDD([&, name](const RDD<int>&, Time time) {
        threads.insert(std::this_thread::get_id());
        seen.add(std::to_string(time.milliseconds()) + " " + name);
      });
    }
    running.play({start(), closeBatch(2), stop()});
    EXPECT_EQ(seen.all(), (Strings{"1000 first", "1000 second", "1000 third", "2000 first", "2000 second",
                                   "2000 third"}));
    EXPECT_EQ(threads.size(), 1U);
    EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
  });
}

TEST(FunctionsThatSeeRdds, DoNotHoldUpRecordsOfLaterEpochs) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto gate = Gate::make();
  Happenings written;
  auto numbers = running.receiver<int>();
  numbers.stream.map([](int x) { return x; }).foreach ([&](int x) { written.add(std::to_string(x)); });
  numbers.stream.foreachRDD([gate](const RDD<int>&) { gate->pass(); });
  running.play({start(), addData(numbers, {1}), tick(), then([&] { gate->awaitArrivals(1); }),
                addData(numbers, {2}), then([&] {
                  EXPECT_EQ(written.all(), (Strings{"1", "2"}));
                }),
                tick(), addData(numbers, {3}), then([&] {
                  EXPECT_EQ(written.all(), (Strings{"1", "2", "3"}));
                }),
                then([&] { gate->open(); }), closeBatch(), stop()});
}

/// A source of empty RDDs that counts them.
class CountingSource final : public core::InputNode {
 public:
  explicit CountingSource(const std::shared_ptr<core::StreamGraph>& graph)
      : InputNode(graph, "Counting stream") {}
  std::atomic<int> made = 0;

 protected:
  core::NodePtr compute(Time) override {
    ++made;
    made.notify_all();
    return rddOf<int>(graph()->engine(), {}, 1).node();
  }
};

TEST(Epochs, AtMostFourAreOpen) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto source = std::make_shared<CountingSource>(running.context().graph());
  auto gate = Gate::make();
  std::vector<std::int64_t> times;
  int most = 0;
  running.context().inputStream<int>(source).foreachRDD([&](const RDD<int>&, Time time) {
    if (times.empty()) gate->pass();
    most = std::max(most, source->made - static_cast<int>(times.size()));
    times.push_back(time.milliseconds());
  });
  running.start();
  for (int i = 0; i < 9; ++i) running.clock().advance(1000);
  for (int made = source->made; made < 4; made = source->made) source->made.wait(made);
  gate->open();
  running.advance();
  running.stop();
  EXPECT_EQ(most, 4);
  EXPECT_EQ(times, (std::vector<std::int64_t>{1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000}))
      << "those that the sources owed come later, in order";
}

/// What the log has said about epochs that are late.
Strings lateEpochs(const StreamTest& running) {
  Strings lines = running.log().lines();
  std::erase_if(lines, [](const std::string& line) { return !line.starts_with("an epoch is late"); });
  return lines;
}

/// Moves time on, and lets the engine look at each of its seconds.
void tickOneByOne(StreamTest& running, int ticks) {
  for (int i = 0; i < ticks; ++i) {
    running.clock().advance(1000);
    ASSERT_TRUE(running.clock().awaitWaiter(running.clock().now() + 1000, kPatience));
  }
}

TEST(Epochs, OneThatIsLateIsNamedOnce) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto gate = Gate::make();
  auto numbers = running.receiver<int>();
  numbers.stream
      .map([gate](int x) {
        gate->pass();
        return x;
      })
      .foreachRDD([](const RDD<int>&) {});
  running.start();
  std::jthread feeding([&] { numbers.feed->add({1}); });
  gate->awaitArrivals(1);
  const Strings late{
      "an epoch is late: its records are still on their way sinceMs=2000 runs=\"map #1 in partition 0\" "
      "heldBack=0"};
  for (int tick = 0; tick < 1000 && lateEpochs(running).empty(); ++tick) tickOneByOne(running, 1);
  EXPECT_EQ(lateEpochs(running), late);
  tickOneByOne(running, 70);
  EXPECT_EQ(lateEpochs(running), late) << "after more than a minute";
  gate->letGo();
  running.moveTo(running.clock().now());
  running.stop();
}

}  // namespace
}  // namespace millrace
