#include <millrace/dstream/core/stream_graph.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

using test::failureOf;
using test::StreamTest;

TEST(StreamGraph, RefusesABatchIntervalThatIsNotPositive) {
  auto engine = test::makeEngine();
  EXPECT_EQ(failureOf<IllegalArgument>([&] { StreamGraph(engine, Milliseconds(0)); }),
            "a batch interval of 0 ms: give a positive one, for example Seconds(1)");
  EXPECT_EQ(failureOf<IllegalArgument>([&] { StreamGraph(engine, Milliseconds(-5)); }),
            "a batch interval of -5 ms: give a positive one, for example Seconds(1)");
}

TEST(StreamGraph, RefusesDurationsThatMakeNoSense) {
  constexpr Duration kEver(std::numeric_limits<std::int64_t>::max());
  EXPECT_THROW(StreamGraph(test::makeEngine(), kEver), IllegalArgument);
  EXPECT_THROW(StreamGraph(test::makeEngine(), StreamGraph::kLongestBatch + Duration(1)), IllegalArgument);
  StreamGraph graph(test::makeEngine(), StreamGraph::kLongestBatch);
  EXPECT_THROW(graph.remember(Milliseconds(-1)), IllegalArgument);
  EXPECT_NO_THROW(graph.remember(kEver));
  auto spec = StateSpec::function(+[](int key, std::optional<int>, State<int>&) { return key; });
  EXPECT_THROW(spec.timeout(Milliseconds(-1)), IllegalArgument);
  EXPECT_EQ(spec.timeout(Milliseconds(0)).timeout(), Duration(0));
}

TEST(StreamGraph, KnowsWhichTimesPassedWithoutABatch) {
  StreamGraph graph(test::makeEngine(), Seconds(1));
  graph.start(Time(0));
  for (int at : {1000, 2000, 5000, 6000}) graph.beginBatch(Time(at));
  EXPECT_EQ(graph.newestTime(), Time(6000));
  for (int at : {1000, 2000, 5000, 6000, 7000})
    EXPECT_TRUE(graph.hasBatchIn(Time(at - 1000), Time(at))) << at;
  for (int at : {3000, 4000}) EXPECT_FALSE(graph.hasBatchIn(Time(at - 1000), Time(at))) << at;
  EXPECT_TRUE(graph.hasBatchIn(Time(1000), Time(4000)));
  EXPECT_TRUE(graph.hasBatchIn(Time(2000), Time(6000)));
  EXPECT_FALSE(graph.hasBatchIn(Time(2000), Time(4000)));
}

TEST(StreamGraph, NumbersOperatorsInTheOrderOfTheProgram) {
  for (int round = 0; round < 2; ++round) {
    StreamTest running;
    auto source = running.source<int>({});
    auto mapped = source.map([](int x) { return std::pair(x, 1); });
    auto reduced = mapped.reduceByKey(std::plus<>{});
    EXPECT_EQ(source.node()->info()->id, 0);
    EXPECT_EQ(mapped.node()->info()->id, 1);
    EXPECT_EQ(reduced.node()->info()->id, 2);
    EXPECT_EQ(reduced.node()->info()->describe(), "reduceByKey #2");
  }
}

TEST(StreamGraph, NeedsAnOutput) {
  StreamingContext context(SparkContext(SparkConf(), test::makeEngine()), Seconds(1),
                           std::make_shared<ManualClock>());
  RDDQueue<int> queue;
  context.queueStream(queue).map([](int x) { return x; });
  EXPECT_EQ(failureOf<IllegalArgument>([&] { context.start(); }),
            "no output operation, so nothing to execute: end at least one stream with print(), foreachRDD() "
            "or a save");
}

TEST(StreamGraph, RunsOutputsInTheOrderInWhichTheyWereAdded) {
  StreamTest running;
  std::vector<std::string> order;
  auto source = running.source<int>(test::batches<int>({{1}, {2}}));
  auto note = [&](const std::string& name) {
    return [&order, name](const RDD<int>&, Time time) { order.push_back(name + time.toString()); };
  };
  source.foreachRDD(note("a"));
  source.map([](int x) { return x; }).foreachRDD(note("b"));
  source.foreachRDD(note("c"));
  running.run(2);
  EXPECT_EQ(order, (std::vector<std::string>{"a1000 ms", "b1000 ms", "c1000 ms", "a2000 ms", "b2000 ms",
                                             "c2000 ms"}));
}

TEST(StreamGraph, CannotBeBuiltOnAfterStart) {
  StreamTest running;
  auto source = running.source<int>({});
  auto outputs = running.collect(source);
  running.start();
  EXPECT_EQ(failureOf<IllegalState>([&] { source.map([](int x) { return x; }); }),
            "adding map after start(): build the whole program before it starts");
  EXPECT_EQ(failureOf<IllegalState>([&] { source.foreachRDD([](const RDD<int>&) {}); }),
            "adding foreachRDD after start(): build the whole program before it starts");
  EXPECT_EQ(failureOf<IllegalState>([&] { source.name("late"); }),
            "naming Test stream #0 after start(): give names while building the program");
  running.advance();
  running.stop();
  EXPECT_EQ(failureOf<IllegalState>([&] { source.window(Seconds(2)); }),
            "adding window after stop(): a stopped context is over, create a new one");
  EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{1000}));
}

TEST(StreamGraph, IsGoneWithItsContext) {
  std::optional<DStream<int>> stream;
  {
    StreamTest running;
    stream = running.source<int>({});
  }
  EXPECT_EQ(failureOf<IllegalState>([&] { stream->map([](int x) { return x; }); }),
            "the StreamingContext of this stream is gone: keep it alive while its streams are used");
  EXPECT_THROW(stream->slice(Time(0), Time(1000)), IllegalState);
}

TEST(StreamGraph, RemembersOnceOnly) {
  StreamTest running;
  running.context().remember(Seconds(5));
  EXPECT_EQ(failureOf<IllegalArgument>([&] { running.context().remember(Seconds(6)); }),
            "remember() a second time: it is already set to 5000 ms, call it once");
}

TEST(StreamGraph, FailsTheWholeBatchWhoseJobsCannotBeMade) {
  StreamTest running;
  auto outputs = running.collect(running.source<int>(test::batches<int>({{1}, {2}, {3}})));
  struct Broken final : InputNode {
    explicit Broken(const std::shared_ptr<StreamGraph>& graph) : InputNode(graph, "Broken stream") {}
    NodePtr compute(Time time) override {
      if (time == Time(2000)) throw std::runtime_error("no listing");
      return nullptr;
    }
  };
  running.context()
      .inputStream<int>(std::make_shared<Broken>(running.context().graph()))
      .foreachRDD([](const auto&) { FAIL() << "there is no RDD"; });
  EXPECT_EQ(running.failureOf(3), "batch 2000 ms, making its jobs: no listing");
  EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{1000, 3000}));
}

TEST(StreamGraph, NamesAppearInFailures) {
  StreamTest running;
  auto named = running.source<int>(test::batches<int>({{1}}), 1)
                   .map([](int x) -> int { throw std::runtime_error("refused " + std::to_string(x)); })
                   .name("parser");
  running.collect(named);
  EXPECT_EQ(running.failureOf(1),
            "batch 1000 ms, foreachRDD #2: map #1 \"parser\" failed in partition 0: refused 1");
}

}  // namespace
}  // namespace millrace::core
