#include <millrace/contexts/streaming_context.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"
#include "support/scratch_directory.hpp"
#include "support/set_modified.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::ByHand;
using test::Gate;
using test::SmallProgram;
using Events = std::vector<std::string>;
using State = StreamingContextState;

const SmallProgram::Settings kHurried{{"spark.streaming.gracefulStopTimeout", "500ms"}};

class StopTest : public testing::Test {
 protected:
  /// Waits on the test's thread, as a program's main function does.
  static void awaitStop(SmallProgram& program) {
    EXPECT_TRUE(program.ssc.awaitTerminationOrTimeout(30'000));
    EXPECT_EQ(program.ssc.getState(), State::STOPPED);
  }
  static void addInput(SmallProgram& program, std::function<void(Time)> making) {
    auto input = std::make_shared<test::ScriptedInput>(program.ssc.graph(), std::move(making));
    program.ssc.inputStream<int>(input).foreachRDD([](const RDD<int>&) {});
  }
  static DStream<int> addReceiver(SmallProgram& program, ByHand*& receiver) {
    auto byHand = std::make_unique<ByHand>();
    receiver = byHand.get();
    return program.ssc.receiverStream(std::move(byHand));
  }
  /// Stops with a short timeout, which must be kept.
  static void stopInTime(SmallProgram& program, bool gracefully) {
    auto begin = std::chrono::steady_clock::now();
    program.ssc.stop(true, gracefully);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    EXPECT_EQ(program.ssc.getState(), State::STOPPED);
    awaitStop(program);
  }

  test::ObservedLog log;
};

class StopFromTheInsideTest : public StopTest, public testing::WithParamInterface<bool> {};

TEST_P(StopFromTheInsideTest, FromAnOutput) {
  SmallProgram program;
  program.numbers.foreachRDD([&](const RDD<int>&, Time time) {
    program.ssc.stop(true, GetParam());
    program.done.add(time.toString());
  });
  program.ssc.start();
  program.nextBatch();
  awaitStop(program);
  EXPECT_EQ(program.done.all(), Events{"1000 ms"});
}

TEST_P(StopFromTheInsideTest, FromTheMakingOfABatch) {
  SmallProgram program;
  program.noteBatches();
  addInput(program, [&](Time) { program.ssc.stop(true, GetParam()); });
  program.ssc.start();
  program.nextBatch();
  awaitStop(program);
}

TEST_P(StopFromTheInsideTest, FromATask) {
  SmallProgram program;
  program.numbers
      .map([&](int x) {
        program.ssc.stop(false, GetParam());
        return x;
      })
      .foreachRDD([&](const RDD<int>& rdd) { program.done.add(std::to_string(rdd.collect().size())); });
  program.push({1, 2, 3, 4});
  program.ssc.start();
  program.nextBatch();
  awaitStop(program);
  EXPECT_EQ(program.done.all(), Events{"4"});
  for (const auto& line : log.all())
    EXPECT_EQ(line.find("before its work had ended"), std::string::npos) << line;
}

INSTANTIATE_TEST_SUITE_P(Stop, StopFromTheInsideTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "Gracefully" : "AtOnce"; });

TEST_F(StopTest, FromAListenerIsRefused) {
  struct Stopping : StreamingListener {
    explicit Stopping(SmallProgram& owner) : program(owner) {}
    void onBatchCompleted(const BatchInfo&) override {
      refusals.add(test::failureOf<SparkException>([&] { program.ssc.stop(); }));
    }
    SmallProgram& program;
    test::Happenings refusals;
  };
  SmallProgram program;
  program.noteBatches();
  auto listener = std::make_shared<Stopping>(program);
  program.ssc.addStreamingListener(listener);
  program.ssc.start();
  program.nextBatch();
  EXPECT_EQ(listener->refusals.await(1)[0],
            "stop() from a StreamingListener, which the stop would wait for: call it on another thread");
  EXPECT_EQ(program.ssc.getState(), State::ACTIVE);
  program.nextBatch();
  EXPECT_EQ(program.done.await(2).back(), "2000: {}");
}

TEST_F(StopTest, FromAnotherThreadEndsTheWait) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.start();
  std::jthread other([&] { program.ssc.stop(); });
  awaitStop(program);
}

TEST_F(StopTest, TwiceIsSaidAndHarmless) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.start();
  program.ssc.stop();
  program.ssc.stop(true, true);
  EXPECT_EQ(log.all(), Events{"stop() of a StreamingContext that is stopped already"});
}

TEST_F(StopTest, FromManyThreadsAtOnce) {
  SmallProgram program;
  program.noteBatches();
  program.ssc.start();
  {
    std::vector<std::jthread> threads;
    for (bool gracefully : {true, false, true, false})
      threads.emplace_back([&program, gracefully] { program.ssc.stop(true, gracefully); });
  }
  awaitStop(program);
  EXPECT_EQ(log.all(), Events(3, "stop() of a StreamingContext that is stopped already"));
}

TEST_F(StopTest, WhileItIsBeingStarted) {
  SmallProgram program;
  program.noteBatches();
  std::jthread stopping([&] { program.ssc.stop(); });
  try {
    program.ssc.start();
  } catch (const IllegalState&) {
  }
  stopping.join();
  EXPECT_EQ(program.ssc.getState(), State::STOPPED);
}

TEST_F(StopTest, GracefullyProcessesAllThatWasReceivedAndAllThatWaits) {
  SmallProgram program;
  auto gate = Gate::make();
  ByHand* receiver;
  addReceiver(program, receiver).foreachRDD([&, gate](const RDD<int>& rdd, Time time) {
    gate->pass();
    program.done.add(std::to_string(time.milliseconds()) + ": " + testing::PrintToString(rdd.collect()));
  });
  program.ssc.start();
  receiver->started.pass();
  receiver->store(std::vector{1});
  program.nextBatch();
  gate->awaitArrivals(1);
  receiver->store(std::vector{2});
  program.nextBatch();
  EXPECT_TRUE(program.clock->awaitWaiter(3000, test::kPatience));
  Events expected{"1000: { 1 }", "2000: { 2 }"};
  std::jthread storing([&] {  // waits, because the second batch does
    try {
      receiver->store(3);
      expected.emplace_back("3000: { 3 }");
    } catch (const SparkException&) {
      // it came after the stop
    }
  });
  std::jthread stopping([&] { program.ssc.stop(true, true); });
  gate->open();
  awaitStop(program);
  storing.join();
  EXPECT_EQ(program.done.all(), expected);
}

TEST_F(StopTest, GracefullyDoesNotWaitForABatchWithoutJobs) {
  SmallProgram program;
  program.numbers.window(Seconds(2), Seconds(2)).foreachRDD([&](const RDD<int>&, Time time) {
    program.done.add(time.toString());
  });
  program.ssc.start();
  for (int i = 0; i < 3; ++i) program.nextBatch();
  EXPECT_TRUE(program.clock->awaitWaiter(4000, test::kPatience));
  stopInTime(program, true);
  EXPECT_EQ(program.done.all(), Events{"2000 ms"});
  EXPECT_EQ(log.all(), Events{});
}

TEST_F(StopTest, AtOnceDropsWhatHasNotBegun) {
  struct Told : InputDStream<int> {
    explicit Told(std::shared_ptr<Gate> door) : gate(std::move(door)) {}
    std::optional<RDD<int>> compute(Time) override { return std::nullopt; }
    void stop() override { gate->open(); }
    std::shared_ptr<Gate> gate;
  };
  SmallProgram program;
  auto gate = Gate::make(), told = Gate::make();
  program.numbers.foreachRDD([gate](const RDD<int>&) { gate->pass(); });
  program.noteBatches();
  program.ssc.inputStream(std::make_shared<Told>(told));
  program.ssc.start();
  program.nextBatch();
  program.nextBatch();
  gate->awaitArrivals(1);
  std::jthread stopping([&] { program.ssc.stop(true, false); });
  told->pass();
  EXPECT_FALSE(program.ssc.awaitTerminationOrTimeout(100)) << "the job that runs gets time to end";
  gate->open();
  awaitStop(program);
  EXPECT_EQ(program.done.all(), Events{});
}

TEST_F(StopTest, AJobThatIsStuckIsNamedAndLeftToItself) {
  SmallProgram program(kHurried);
  auto gate = Gate::make();
  program.numbers.foreachRDD([gate](const RDD<int>&) { gate->pass(); });
  program.ssc.start();
  program.nextBatch();
  gate->awaitArrivals(1);
  stopInTime(program, true);
  EXPECT_EQ(log.all(), Events{"the StreamingContext stopped before its work had ended waitedMs=500 "
                              "for=\"batch 1000 ms, foreachRDD #1\""});
  gate->letGo();
}

TEST_F(StopTest, ABatchStuckInTheMakingIsNamedAndLeftToItself) {
  SmallProgram program(kHurried);
  auto gate = Gate::make();
  addInput(program, [gate](Time) { gate->pass(); });
  program.ssc.start();
  program.nextBatch();
  gate->awaitArrivals(1);
  std::jthread rescue([gate, &program] {
    if (!program.ssc.awaitTerminationOrTimeout(10'000)) gate->open();
  });
  stopInTime(program, true);
  EXPECT_NE(log.awaitLine("before its work had ended").find("for=\"the making of batch 1000 ms\""),
            std::string::npos);
  gate->letGo();
}

TEST_F(StopTest, AReceiverThatIsStuckIsNamedAndLeftToItself) {
  struct Stuck : ByHand {
    explicit Stuck(std::shared_ptr<Gate> door) : gate(std::move(door)) {}
    void onStop() override { gate->pass(); }
    std::shared_ptr<Gate> gate;
  };
  SmallProgram program(kHurried);
  auto gate = Gate::make();
  auto receiver = std::make_unique<Stuck>(gate);
  Gate& started = receiver->started;
  program.ssc.receiverStream(std::move(receiver)).foreachRDD([](const RDD<int>&) {});
  program.ssc.start();
  started.pass();
  stopInTime(program, true);
  auto lines = log.await(2);
  EXPECT_NE(lines[0].find("receiver did not end when told to"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("for=\"receiver Stuck-1\""), std::string::npos) << lines[1];
  gate->letGo();
}

TEST_F(StopTest, AListenerThatIsStuckIsSaidAndLeftToItself) {
  struct Stuck : StreamingListener {
    void onStreamingStarted(std::int64_t) override { gate->pass(); }
    std::shared_ptr<Gate> gate = Gate::make();
  };
  SmallProgram program;
  program.noteBatches();
  auto listener = std::make_shared<Stuck>();
  program.ssc.addStreamingListener(listener);
  program.ssc.start();
  listener->gate->awaitArrivals(1);
  stopInTime(program, false);
  EXPECT_NE(log.awaitLine("listener").find("stopped before"), std::string::npos);
  listener->gate->letGo();
}

TEST_F(StopTest, AContextIsGoneWhileAJobIsStuck) {
  auto gate = Gate::make();
  {
    SmallProgram program;
    program.numbers.foreachRDD([gate](const RDD<int>&) { gate->pass(); });
    program.ssc.start();
    program.nextBatch();
    gate->awaitArrivals(1);
  }
  EXPECT_NE(log.awaitLine("before its work had ended").find("for=\"batch 1000 ms, foreachRDD #1\""),
            std::string::npos);
  gate->letGo();
  SmallProgram next;
  next.noteBatches();
  next.ssc.start();
  next.nextBatch();
  EXPECT_EQ(next.done.await(1), Events{"1000: {}"});
}

TEST_F(StopTest, TheLongestTimeoutIsNotOverAtOnce) {
  SmallProgram program(
      SmallProgram::Settings{{"spark.streaming.gracefulStopTimeout", "9223372036854775807ms"}});
  auto gate = Gate::make();
  program.numbers.foreachRDD([gate](const RDD<int>&) { gate->pass(); });
  program.ssc.start();
  program.nextBatch();
  gate->awaitArrivals(1);
  std::jthread stopping([&] { program.ssc.stop(true, true); });
  EXPECT_FALSE(program.ssc.awaitTerminationOrTimeout(20));
  gate->open();
  awaitStop(program);
  EXPECT_EQ(log.all(), Events{});
}

/// Something of the user never ends. Whatever it is, a stop of either kind returns by its deadline, in both modes, and names
/// what is left and nothing else.
class StopInTimeTest : public StopTest, public testing::WithParamInterface<std::tuple<const char*, bool>> {
 protected:
  struct Threaded : ByHand {
    explicit Threaded(std::vector<int> given) : records(std::move(given)) {}
    void onStart() override {
      thread = std::thread([this] {
        try {
          store(records);
        } catch (const std::exception&) {  // it has ended meanwhile
        }
        started.open();
      });
    }
    void onStop() override { thread.join(); }
    const std::vector<int> records;
    std::thread thread;
  };

  static bool isContinuous() { return std::string_view("continuous") == std::get<0>(GetParam()); }
  static bool isGraceful() { return std::get<1>(GetParam()); }
  static SmallProgram::Settings settings() {
    return {{"spark.streaming.mode", std::get<0>(GetParam())},
            {"spark.streaming.gracefulStopTimeout", "300ms"}};
  }
  /// The line that says what is left; no other line blames anybody.
  std::string left() const {
    std::string line;
    for (const std::string& each : log.all()) {
      EXPECT_EQ(each.find("did not end"), std::string::npos) << each;
      if (each.find("before its work had ended") != std::string::npos) line = each;
    }
    return line.substr(std::min(line.size(), line.find("for=")));
  }
  /// Four seconds: the two of a stop at once, and as many for a machine that is busy.
  static void expectStopInTime(SmallProgram& program) {
    const auto begin = std::chrono::steady_clock::now();
    program.ssc.stop(true, isGraceful());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
    EXPECT_EQ(program.ssc.getState(), State::STOPPED);
    EXPECT_TRUE(program.ssc.awaitTerminationOrTimeout(30'000));
  }
  /// A stream of a receiver whose own thread stores a record, and which ends when that is done.
  static DStream<int> threaded(SmallProgram& program, Threaded*& receiver) {
    auto made = std::make_unique<Threaded>(std::vector{1});
    receiver = made.get();
    return program.ssc.receiverStream(std::move(made));
  }
  /// Starts, and waits until something is stuck at the gate.
  static void startUntil(SmallProgram& program, Threaded& receiver, Gate& gate) {
    program.ssc.start();
    if (!isContinuous()) {
      receiver.started.pass();
      program.nextBatch();
    }
    gate.awaitArrivals(1);
  }
};

TEST_P(StopInTimeTest, AlthoughAnOperatorIsStuck) {
  auto gate = Gate::make();
  {
    SmallProgram program(settings());
    Threaded* receiver;
    threaded(program, receiver)
        .map([gate](int x) {
          gate->pass();
          return x;
        })
        .foreachRDD([](const RDD<int>& rdd) { rdd.count(); });
    startUntil(program, *receiver, *gate);
    expectStopInTime(program);
  }
  if (isContinuous()) {
    EXPECT_NE(left().find("map #"), std::string::npos) << left();
    EXPECT_NE(left().find("in partition 0"), std::string::npos) << left();
  } else {
    EXPECT_NE(left().find("batch 1000 ms, foreachRDD #"), std::string::npos) << left();
  }
  EXPECT_EQ(left().find("receiver"), std::string::npos) << left();
  gate->letGo();
}

TEST_P(StopInTimeTest, InTheDestructorToo) {
  auto gate = Gate::make();
  std::chrono::steady_clock::time_point begin;
  {
    SmallProgram program(settings());
    Threaded* receiver;
    threaded(program, receiver).foreach ([gate](int) { gate->pass(); });
    startUntil(program, *receiver, *gate);
    begin = std::chrono::steady_clock::now();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  EXPECT_NE(left().find("foreach #"), std::string::npos) << left();
  gate->letGo();
}

TEST_P(StopInTimeTest, AlthoughAWriterIsStuckInItsClose) {
  struct Stuck {
    std::shared_ptr<Gate> gate;
    void process(int) {}
    void close(const std::exception_ptr&) { gate->pass(); }
  };
  auto gate = Gate::make();
  SmallProgram program(settings());
  ByHand* receiver;
  addReceiver(program, receiver).foreach (Stuck{gate});
  program.ssc.start();
  receiver->started.pass();
  receiver->store(std::vector{1});
  if (!isContinuous()) {
    program.nextBatch();
    gate->awaitArrivals(1);
  }
  expectStopInTime(program);
  EXPECT_NE(left().find("foreach #"), std::string::npos) << left();
  gate->letGo();
}

TEST_P(StopInTimeTest, AlthoughTheLastBatchIsStuckInTheMaking) {
  auto gate = Gate::make();
  SmallProgram program(settings());
  ByHand* receiver;
  addReceiver(program, receiver)
      .transform([gate](const RDD<int>& rdd) {
        gate->pass();
        return rdd;
      })
      .foreachRDD([](const RDD<int>&) {});
  program.ssc.start();
  receiver->started.pass();
  receiver->store(std::vector{1});
  if (!isGraceful()) {
    program.nextBatch();
    gate->awaitArrivals(1);
  }
  expectStopInTime(program);
  EXPECT_NE(left().find("the making of"), std::string::npos) << left();
  EXPECT_EQ(left().find("receiver"), std::string::npos) << left();
  gate->letGo();
}

TEST_P(StopInTimeTest, AlthoughAnInputIsStuckInItsStop) {
  struct Stuck : InputDStream<int> {
    explicit Stuck(std::shared_ptr<Gate> door) : gate(std::move(door)) {}
    std::optional<RDD<int>> compute(Time) override { return std::nullopt; }
    void stop() override { gate->pass(); }
    std::string kind() const override { return "Stuck input"; }
    std::shared_ptr<Gate> gate;
  };
  auto gate = Gate::make();
  SmallProgram program(settings());
  program.ssc.inputStream(std::make_shared<Stuck>(gate)).foreachRDD([](const RDD<int>&) {});
  program.ssc.start();
  expectStopInTime(program);
  EXPECT_NE(left().find("for=\"the stop of Stuck input"), std::string::npos) << left();
  gate->letGo();
}

TEST_P(StopInTimeTest, AReceiverThatIsStuckIsTheOneThatIsNamed) {
  struct Stuck : ByHand {
    explicit Stuck(std::shared_ptr<Gate> door) : gate(std::move(door)) {}
    void onStop() override { gate->pass(); }
    std::shared_ptr<Gate> gate;
  };
  auto gate = Gate::make();
  SmallProgram program(settings());
  auto receiver = std::make_unique<Stuck>(gate);
  Gate& started = receiver->started;
  program.ssc.receiverStream(std::move(receiver)).foreachRDD([](const RDD<int>&) {});
  program.ssc.start();
  started.pass();
  program.nextBatch();
  expectStopInTime(program);
  EXPECT_NE(log.awaitLine("before its work had ended").find("for=\"receiver Stuck-1\""), std::string::npos)
      << testing::PrintToString(log.all());
  gate->letGo();
}

TEST_P(StopInTimeTest, FromAReceiverItself) {
  struct Stopping : ByHand {
    explicit Stopping(SmallProgram& owner) : program(owner) {}
    void onStart() override {
      program.ssc.stop(true, isGraceful());
      program.done.add("returned");
    }
    void onStop() override { program.ssc.stop(true, isGraceful()); }
    SmallProgram& program;
  };
  SmallProgram program(settings());
  program.ssc.receiverStream(std::make_unique<Stopping>(program)).foreachRDD([](const RDD<int>&) {});
  program.ssc.start();
  awaitStop(program);
  EXPECT_EQ(program.done.all(), Events{"returned"});
  EXPECT_EQ(left(), "");
}

TEST_P(StopInTimeTest, FromTheStartAndTheStopOfAnInput) {
  struct Stopping : InputDStream<int> {
    explicit Stopping(SmallProgram& owner) : program(owner) {}
    std::optional<RDD<int>> compute(Time) override { return std::nullopt; }
    void start() override { program.ssc.stop(true, isGraceful()); }
    void stop() override { program.ssc.stop(true, isGraceful()); }
    SmallProgram& program;
  };
  SmallProgram program(settings());
  program.ssc.inputStream(std::make_shared<Stopping>(program)).foreachRDD([](const RDD<int>&) {});
  program.ssc.start();
  awaitStop(program);
  EXPECT_EQ(left(), "");
}

TEST_P(StopInTimeTest, FromTheReaderOfAFile) {
  const test::ScratchDirectory scratch;
  const std::string directory = scratch / "watched";
  std::filesystem::create_directory(directory);
  SmallProgram program(settings());
  program.ssc
      .fileStream(
          directory,
          [&](const SparkContext& context, const std::string& path) {
            program.ssc.stop(true, isGraceful());
            program.done.add("returned");
            return context.textFile(path);
          },
          isVisibleFile, false)
      .foreachRDD([](const RDD<std::string_view>&) {});
  program.ssc.start();
  std::ofstream(scratch / "file") << "1\n";
  test::setModified(scratch / "file", 600);
  std::filesystem::rename(scratch / "file", directory + "/file");
  if (!isContinuous()) program.nextBatch();
  awaitStop(program);
  EXPECT_EQ(program.done.all(), Events{"returned"});
  EXPECT_EQ(left(), "");
}

TEST_P(StopInTimeTest, FromAPoll) {
  struct Stopping final : PartitionedSource<int> {
    explicit Stopping(SmallProgram& owner) : program(owner) {}
    int partitions() const override { return 2; }
    std::unique_ptr<SourcePartition<int>> open(int) override { return std::make_unique<Partition>(program); }
    struct Partition final : SourcePartition<int> {
      explicit Partition(SmallProgram& owner) : program(owner) {}
      void poll(PollRoom<int>&) override {
        program.ssc.stop(true, isGraceful());
        program.done.add("returned");
      }
      Position position() const override { return 0; }
      void seek(const Position&) override {}
      SmallProgram& program;
    };
    SmallProgram& program;
  };
  SmallProgram program(settings());
  program.ssc.inputStream(std::make_shared<Stopping>(program)).foreachRDD([](const RDD<int>&) {});
  program.ssc.start();
  awaitStop(program);
  EXPECT_EQ(program.done.all().front(), "returned");
  EXPECT_EQ(left(), "");
}

INSTANTIATE_TEST_SUITE_P(Stop, StopInTimeTest,
                         testing::Combine(testing::Values("micro-batch", "continuous"), testing::Bool()),
                         [](const auto& which) {
                           return std::string(std::get<0>(which.param)[0] == 'c' ? "Continuous"
                                                                                 : "MicroBatch") +
                                  (std::get<1>(which.param) ? "Gracefully" : "AtOnce");
                         });

}  // namespace
}  // namespace millrace
