#include <millrace/contexts/streaming_context.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::failureOf;
using test::SmallProgram;
using Events = std::vector<std::string>;
using State = StreamingContextState;

class StreamingContextTest : public testing::Test {
 protected:
  test::ObservedLog log;
};

TEST_F(StreamingContextTest, RunsBatchAfterBatch) {
  SmallProgram program;
  program.noteBatches();
  EXPECT_EQ(program.ssc.getState(), State::INITIALIZED);
  program.push({1, 2, 3});
  program.push({4});
  program.ssc.start();
  EXPECT_EQ(program.ssc.getState(), State::ACTIVE);
  for (int i = 0; i < 3; ++i) program.nextBatch();
  EXPECT_EQ(program.done.await(3), (Events{"1000: { 1, 2, 3 }", "2000: { 4 }", "3000: {}"}));
  EXPECT_FALSE(program.ssc.awaitTerminationOrTimeout(0));
  program.ssc.stop();
  EXPECT_EQ(program.ssc.getState(), State::STOPPED);
  EXPECT_TRUE(program.ssc.awaitTerminationOrTimeout(0));
  program.ssc.awaitTermination();
}

TEST_F(StreamingContextTest, StartsInputsBeforeTheFirstBatch) {
  struct Slow : InputDStream<int> {
    explicit Slow(SmallProgram& owner) : program(owner) {}
    void start() override {
      program.clock->setTime(5500);  // as if connecting took five batches
      program.done.add("started");
    }
    std::optional<RDD<int>> compute(Time time) override {
      program.done.add(time.toString());
      return std::nullopt;
    }
    SmallProgram& program;
  };
  for (const char* mode : {"micro-batch", "continuous"}) {
    SCOPED_TRACE(mode);
    SmallProgram program(SmallProgram::Settings{{"spark.streaming.mode", mode}});
    auto input = std::make_shared<Slow>(program);
    program.ssc.inputStream(input).window(Seconds(3)).foreachRDD([](const RDD<int>&) {});
    program.ssc.start();
    program.nextBatch();
    program.done.await(2);
    program.nextBatch();
    EXPECT_EQ(program.done.await(3), (Events{"started", "6000 ms", "7000 ms"}));
    program.ssc.stop();
  }
}

TEST_F(StreamingContextTest, StartsReceiversBehindInputsAndTheTimerBehindBoth) {
  using namespace std::chrono_literals;
  struct Watching final : core::InputNode {
    Watching(SmallProgram& owner, test::ByHand& by)
        : InputNode(owner.ssc.graph(), "Watching"), program(owner), receiver(by) {}
    void start() override {
      EXPECT_FALSE(program.clock->awaitWaiter(0, 50ms)) << "somebody waits for his time";
    }
    void startReceiving() override {
      EXPECT_NO_THROW(receiver.started.pass());
      EXPECT_FALSE(program.clock->awaitWaiter(1000, 50ms)) << "the timer waits for the first batch";
      program.done.add("begun");
    }
    core::NodePtr compute(Time) override { return nullptr; }
    SmallProgram& program;
    test::ByHand& receiver;
  };
  for (const char* mode : {"micro-batch", "continuous"}) {
    SCOPED_TRACE(mode);
    SmallProgram program(SmallProgram::Settings{{"spark.streaming.mode", mode}});
    auto receiver = std::make_unique<test::ByHand>();
    auto watching = std::make_shared<Watching>(program, *receiver);
    program.ssc.receiverStream(std::move(receiver)).foreachRDD([](const RDD<int>&) {});
    program.ssc.inputStream<int>(watching).foreachRDD([](const RDD<int>&) {});
    program.ssc.start();
    EXPECT_EQ(program.done.all(), Events{"begun"});
    EXPECT_TRUE(program.clock->awaitWaiter(1000, test::kPatience)) << "now it does";
    program.ssc.stop();
  }
}

TEST_F(StreamingContextTest, TellsListenersOfAWholeLife) {
  SmallProgram program;
  program.noteBatches();
  auto listener = std::make_shared<test::RecordingListener>();
  auto removed = std::make_shared<test::RecordingListener>();
  program.ssc.addStreamingListener(listener);
  program.ssc.addStreamingListener(removed);
  program.ssc.removeStreamingListener(removed);
  program.ssc.start();
  program.nextBatch();
  program.done.await(1);
  program.ssc.stop(true, true);
  EXPECT_EQ(listener->events.all(),
            (Events{"streaming 500", "submitted 1000", "started 1000", "output 0 of 1000 started",
                    "output 0 of 1000 completed", "completed 1000"}));
  EXPECT_EQ(removed->events.all(), Events{});
}

TEST_F(StreamingContextTest, ASecondStartHasNoEffect) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.start();
  program.ssc.start();
  EXPECT_EQ(log.all(), Events{"start() of a StreamingContext that is running already has no effect"});
  program.nextBatch();
  EXPECT_EQ(program.done.await(1), Events{"1000: {}"});
}

TEST_F(StreamingContextTest, OnlyOneIsActiveAndTheOtherMayStartLater) {
  SmallProgram first, second;
  first.noteBatches();
  second.noteBatches();
  first.ssc.start();
  EXPECT_EQ(
      failureOf<IllegalState>([&] { second.ssc.start(); }),
      "another StreamingContext is active in this process: stop it before starting this StreamingContext");
  EXPECT_EQ(second.ssc.getState(), State::INITIALIZED);
  EXPECT_EQ(first.ssc.getState(), State::ACTIVE);
  first.ssc.stop();
  second.ssc.start();
  second.nextBatch();
  EXPECT_EQ(second.done.await(1), Events{"1000: {}"});
}

TEST_F(StreamingContextTest, StartAfterStopIsRefused) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.start();
  program.ssc.stop(false);
  EXPECT_EQ(failureOf<IllegalState>([&] { program.ssc.start(); }),
            "start() after stop(): a stopped StreamingContext cannot start again, create a new one");
  EXPECT_EQ(program.ssc.getState(), State::STOPPED);
}

TEST_F(StreamingContextTest, StopBeforeStartEndsItForGood) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.stop(false);
  EXPECT_EQ(log.all(), Events{"stop() of a StreamingContext that was never started"});
  EXPECT_EQ(program.ssc.getState(), State::STOPPED);
  program.ssc.awaitTermination();
  EXPECT_THROW(program.ssc.start(), IllegalState);
}

TEST_F(StreamingContextTest, AFailedStartStopsItAndLeavesThePlaceFree) {
  SmallProgram program;
  EXPECT_NE(failureOf<IllegalArgument>([&] { program.ssc.start(); }).find("no output operation"),
            std::string::npos);
  EXPECT_EQ(program.ssc.getState(), State::STOPPED);
  EXPECT_TRUE(program.ssc.awaitTerminationOrTimeout(0));
  SmallProgram next;
  next.noteBatches();
  next.ssc.start();
  EXPECT_EQ(next.ssc.getState(), State::ACTIVE);
}

TEST_F(StreamingContextTest, DoesNotStartOnAStoppedSparkContext) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.sparkContext().stop();
  EXPECT_NE(failureOf<IllegalState>([&] { program.ssc.start(); }).find("SparkContext is stopped"),
            std::string::npos);
  EXPECT_EQ(program.ssc.getState(), State::STOPPED);
}

/// What a program may no longer do, by the word of the message that says why.
void expectClosed(SmallProgram& program, const std::string& after) {
  auto expectRefused = [&](auto build) {
    auto text = failureOf<IllegalState>(build);
    EXPECT_NE(text.find("after " + after + "()"), std::string::npos) << text;
  };
  expectRefused([&] { program.ssc.queueStream(program.queue); });
  expectRefused([&] { program.ssc.socketTextStream("localhost", 1); });
  expectRefused(
      [&] { program.ssc.socketStream("localhost", 1, [](std::istream&) { return std::optional(1); }); });
  expectRefused([&] { program.ssc.rawSocketStream<int>("localhost", 1); });
  expectRefused([&] { program.ssc.receiverStream(std::make_unique<test::ByHand>()); });
  expectRefused([&] { program.numbers.map([](int x) { return x; }); });
  expectRefused([&] { program.numbers.window(Seconds(2)); });
  expectRefused([&] { program.numbers.print(); });
  expectRefused([&] { program.noteBatches(); });
  EXPECT_NE(failureOf<Unsupported>([&] { program.numbers.persist(); }).find("persist() of"),
            std::string::npos);
  EXPECT_NE(failureOf<Unsupported>([&] { program.numbers.checkpoint(Seconds(1)); }).find("checkpoint() of"),
            std::string::npos);
}

TEST_F(StreamingContextTest, AProgramIsClosedOnceItRuns) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.start();
  expectClosed(program, "start");
  EXPECT_THROW(program.numbers.name("late"), IllegalState);
  program.nextBatch();
  EXPECT_EQ(program.done.await(1), Events{"1000: {}"});
  program.ssc.stop();
  expectClosed(program, "stop");
}

TEST_F(StreamingContextTest, RefusesALineLimitThatATextStreamCannotHave) {
  for (const std::string mode : {"micro-batch", "continuous"}) {
    for (const auto& [limit, bytes] : std::vector<std::pair<std::string, std::string>>{
             {"1g", "1073741824"}, {"1200m", "1258291200"}, {"9223372036854775807", "9223372036854775807"}}) {
      SmallProgram program(
          {{"spark.streaming.mode", mode}, {"spark.streaming.receiver.maxLineBytes", limit}});
      EXPECT_EQ(failureOf<IllegalArgument>([&] { program.ssc.socketTextStream("localhost", 1); }),
                "A line limit of " + bytes +
                    " bytes cannot work: give spark.streaming.receiver.maxLineBytes 1 to 1000m");
    }
    SmallProgram program(
        {{"spark.streaming.mode", mode}, {"spark.streaming.receiver.maxLineBytes", "1000m"}});
    program.ssc.socketTextStream("localhost", 1);
  }
}

TEST_F(StreamingContextTest, StreamsThatOutliveTheirContextSaySo) {
  std::optional<SmallProgram> program(std::in_place);
  DStream<int> numbers = program->numbers;
  program.reset();
  EXPECT_NE(failureOf<IllegalState>([&] { numbers.print(); }).find("StreamingContext of this stream is gone"),
            std::string::npos);
}

TEST_F(StreamingContextTest, IsStoppedByItsDestructor) {
  SparkContext sparkContext(SmallProgram::configured({}));
  {
    SmallProgram program(sparkContext);
    program.noteBatches();
    program.ssc.start();
  }
  EXPECT_TRUE(sparkContext.isStopped());
  SmallProgram next;
  next.noteBatches();
  next.ssc.start();
}

TEST_F(StreamingContextTest, MovesWhileItRuns) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.start();
  StreamingContext moved = std::move(program.ssc);
  program.nextBatch();
  EXPECT_EQ(program.done.await(1), Events{"1000: {}"});
  EXPECT_EQ(moved.getState(), State::ACTIVE);
}

TEST_F(StreamingContextTest, AnotherInItsPlaceStopsIt) {
  SmallProgram program, other;
  program.noteBatches();
  program.ssc.start();
  SparkContext sparkContext = program.ssc.sparkContext();
  program.ssc = std::move(other.ssc);
  EXPECT_TRUE(sparkContext.isStopped());
  EXPECT_EQ(program.ssc.getState(), State::INITIALIZED);
}

TEST_F(StreamingContextTest, StopLeavesTheSparkContextWhereItIsAskedTo) {
  SmallProgram asked,
      configured(SmallProgram::Settings{{"spark.streaming.stopSparkContextByDefault", "false"}}), plain;
  for (SmallProgram* program : {&asked, &configured, &plain}) {
    program->noteBatches();
    program->ssc.start();
    program == &asked ? program->ssc.stop(false) : program->ssc.stop();
  }
  EXPECT_FALSE(asked.ssc.sparkContext().isStopped());
  EXPECT_FALSE(configured.ssc.sparkContext().isStopped());
  EXPECT_TRUE(plain.ssc.sparkContext().isStopped());
  asked.ssc.stop(true);
  EXPECT_TRUE(asked.ssc.sparkContext().isStopped());
}

TEST_F(StreamingContextTest, SaysHowLongABatchIsAndSetsWhatIsLogged) {
  SmallProgram program;
  EXPECT_EQ(program.ssc.batchDuration(), Seconds(1));
  program.ssc.setLogLevel("OFF");
  logError("nobody hears");
  program.ssc.setLogLevel("info");
  logInfo("heard");
  EXPECT_EQ(log.await(1)[0], "heard");
  EXPECT_THROW(program.ssc.setLogLevel("louder"), IllegalArgument);
}

TEST_F(StreamingContextTest, RemembersOnce) {
  SmallProgram program;
  program.ssc.remember(Seconds(5));
  EXPECT_NE(
      failureOf<IllegalArgument>([&] { program.ssc.remember(Seconds(6)); }).find("already set to 5000 ms"),
      std::string::npos);
}

TEST_F(StreamingContextTest, MakesTheCheckpointDirectoryThatIsConfigured) {
  test::ScratchDirectory scratch;
  SmallProgram program(SmallProgram::Settings{{"spark.streaming.checkpoint.directory", scratch / "state"}});
  EXPECT_EQ(scratch.list(), std::vector<std::string>{"state"});
}

}  // namespace
}  // namespace millrace
