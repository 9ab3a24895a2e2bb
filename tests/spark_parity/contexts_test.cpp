#include <millrace/base/error.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <support/captured_log.hpp>
#include <support/engines.hpp>
#include <support/streams.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

namespace millrace::parity {
namespace {

using test::failureOf;
using ContextState = StreamingContextState;

/// A context without a program, on a clock that stands still.
StreamingContext emptyContext(const SparkConf& conf = {}) {
  return {SparkContext(conf, test::makeEngine()), Seconds(1), std::make_shared<ManualClock>()};
}

DStream<int> addInput(StreamingContext& context) { return context.queueStream(RDDQueue<int>()); }

StreamingContext contextWithOutput(const SparkConf& conf = {}) {
  auto context = emptyContext(conf);
  addInput(context).foreachRDD([](const RDD<int>&) {});
  return context;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

class SparkContexts : public testing::Test {
 protected:
  std::size_t warnings() const {
    return static_cast<std::size_t>(std::ranges::count(log_.entries(), LogLevel::kWarning,
                                                       [](const auto& entry) { return entry.first; }));
  }

 private:
  test::CapturedLog log_;
};

TEST_F(SparkContexts, F07_States) {
  auto context = contextWithOutput();
  EXPECT_EQ(context.getState(), ContextState::INITIALIZED);
  context.start();
  EXPECT_EQ(context.getState(), ContextState::ACTIVE);
  EXPECT_EQ(warnings(), 0U);
  context.start();
  EXPECT_EQ(context.getState(), ContextState::ACTIVE);
  EXPECT_EQ(warnings(), 1U);
  context.stop();
  EXPECT_EQ(context.getState(), ContextState::STOPPED);
  EXPECT_TRUE(context.sparkContext().isStopped());
  EXPECT_EQ(warnings(), 1U);
  context.stop();
  EXPECT_EQ(context.getState(), ContextState::STOPPED);
  EXPECT_EQ(warnings(), 2U);
  EXPECT_THROW(context.start(), IllegalState);
  EXPECT_EQ(context.getState(), ContextState::STOPPED);
}

TEST_F(SparkContexts, F07_StopBeforeStart) {
  auto context = contextWithOutput();
  context.stop();
  EXPECT_EQ(context.getState(), ContextState::STOPPED);
  EXPECT_EQ(warnings(), 1U);
  EXPECT_THROW(context.start(), IllegalState);
}

TEST_F(SparkContexts, F07_ASecondStopEndsTheCore) {
  auto context = contextWithOutput();
  context.start();
  context.stop(false);
  EXPECT_FALSE(context.sparkContext().isStopped());
  context.stop(true);
  EXPECT_TRUE(context.sparkContext().isStopped());
}

TEST_F(SparkContexts, F07_StopSparkContextByDefaultIsASetting) {
  SparkConf conf;
  conf.set("spark.streaming.stopSparkContextByDefault", "false");
  auto context = contextWithOutput(conf);
  context.start();
  context.stop();
  EXPECT_FALSE(context.sparkContext().isStopped());
}

TEST_F(SparkContexts, F08_StartWithoutOutputFailsAndStops) {
  auto context = emptyContext();
  addInput(context)
      .map([](int x) { return std::pair(x, 1); })
      .reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2));
  EXPECT_TRUE(has(failureOf<IllegalArgument>([&] { context.start(); }), "no output operation"));
  EXPECT_EQ(context.getState(), ContextState::STOPPED);
  auto next = contextWithOutput();
  EXPECT_NO_THROW(next.start());
}

TEST_F(SparkContexts, F08_StartOfAStateWithoutCheckpointDirectoryFailsAndStops) {
  auto context = emptyContext();
  addInput(context)
      .map([](int x) { return std::pair(x, 1); })
      .reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(2))
      .print();
  EXPECT_TRUE(has(failureOf<IllegalArgument>([&] { context.start(); }), "checkpoint directory"));
  EXPECT_EQ(context.getState(), ContextState::STOPPED);
}

TEST_F(SparkContexts, F10_OnlyOneIsActive) {
  auto first = contextWithOutput();
  auto second = contextWithOutput();
  first.start();
  EXPECT_TRUE(has(failureOf<IllegalState>([&] { second.start(); }), "StreamingContext"));
  EXPECT_EQ(first.getState(), ContextState::ACTIVE);
  EXPECT_EQ(second.getState(), ContextState::INITIALIZED);
  first.stop();
  second.start();
  EXPECT_EQ(second.getState(), ContextState::ACTIVE);
}

TEST_F(SparkContexts, F11_TheProgramIsBuiltBeforeStart) {
  auto context = emptyContext();
  auto input = addInput(context);
  input.foreachRDD([](const RDD<int>&) {});
  const auto expectRefused = [&](std::string_view why) {
    EXPECT_TRUE(has(failureOf<IllegalState>([&] { addInput(context); }), why));
    EXPECT_TRUE(has(failureOf<IllegalState>([&] { input.map([](int x) { return x; }); }), why));
    EXPECT_TRUE(has(failureOf<IllegalState>([&] { input.window(Seconds(1)); }), why));
    EXPECT_TRUE(has(failureOf<IllegalState>([&] { input.foreachRDD([](const RDD<int>&) {}); }), why));
  };
  context.start();
  expectRefused("start");
  context.stop();
  expectRefused("stop");
}

TEST_F(SparkContexts, F14_AwaitingARunningContextTakesTheTimeGiven) {
  auto context = contextWithOutput();
  context.start();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(context.awaitTerminationOrTimeout(20));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
}

TEST_F(SparkContexts, F14_AwaitingEndsWithStop) {
  auto context = contextWithOutput();
  context.start();
  auto stopped = std::async(std::launch::async, [&] { return context.awaitTerminationOrTimeout(30'000); });
  context.stop();
  EXPECT_TRUE(stopped.get());
  context.awaitTermination();
  EXPECT_TRUE(context.awaitTerminationOrTimeout(0));
}

TEST_F(SparkContexts, F14_AnErrorInATaskReachesWhoWaits) {
  test::StreamTest running;
  running.collect(running.source<int>(test::batches<int>({{1}})).map([](int) -> int {
    throw std::runtime_error("out of order");
  }));
  running.start();
  auto failure = std::async(std::launch::async, [&] {
    return failureOf<BatchFailure>([&] { running.context().awaitTermination(); });
  });
  running.advance();
  EXPECT_TRUE(has(failure.get(), "out of order"));
}

TEST_F(SparkContexts, F14_AnErrorInJobGenerationReachesWhoWaits) {
  class Broken final : public core::InputNode {
   public:
    explicit Broken(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Broken stream") {}

   protected:
    core::NodePtr compute(Time) override { throw std::runtime_error("no batch from here"); }
  };
  test::StreamTest running;
  auto& context = running.context();
  running.collect(context.inputStream<int>(std::make_shared<Broken>(context.graph())));
  running.start();
  auto failure = std::async(std::launch::async,
                            [&] { return failureOf<BatchFailure>([&] { context.awaitTermination(); }); });
  running.advance();
  EXPECT_TRUE(has(failure.get(), "no batch from here"));
}

TEST_F(SparkContexts, F36_AFailedBatchDoesNotEndTheOthers) {
  test::StreamTest running;
  auto& context = running.context();
  RDDQueue<int> queue;
  for (int i = 0; i < 4; ++i) queue += context.sparkContext().makeRDD(std::vector{i});
  auto outputs = running.collect(context.queueStream(queue).map([](int x) {
    if (x == 1) throw std::runtime_error("one is refused");
    return x;
  }));
  const std::string failure = running.failureOf(4);
  EXPECT_EQ(outputs.records(), (std::vector<std::vector<int>>{{0}, {2}, {3}}));
  EXPECT_EQ(failure, "batch 2000 ms, foreachRDD #2: map #1 failed in partition 1: one is refused");
}

}  // namespace
}  // namespace millrace::parity
