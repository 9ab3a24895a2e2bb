#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include "contexts/observed.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Ints = std::vector<int>;
using Pair = std::pair<int, int>;

int refuseFour(int x) {
  if (x == 4) throw std::runtime_error("four is refused");
  return x;
}
Pair keyed(int x) { return {x % 2, x}; }

class FailuresTest : public testing::Test {
 protected:
  /// Runs a program on 1 2, on 3 4 and on 5 6, in so many partitions: the second batch fails with this text; in a continuous run,
  /// where that `ends` it, nothing comes after it.
  template <class Build>
  static void expectFailure(const std::string& output, const std::string& cause, bool ends, Build build,
                            int partitions = 2) {
    inBothModes([&](const StreamOptions& options) {
      bool over = ends && options.mode == StreamingMode::kContinuous;
      StreamTest running(options);
      auto numbers = running.input<int>(partitions);
      auto outputs = running.collect(build(numbers.stream));
      running.play(
          {start(), addData(numbers, {1, 2}), closeBatch(), addData(numbers, {3, 4}), closeBatch(),
           fails("batch 2000 ms, " + (over ? "the continuous run has ended" : output) + ": " + cause),
           addData(numbers, {5, 6}), closeBatch(), stop()});
      std::vector<std::int64_t> times{1000};
      if (!over) times.push_back(3000);
      EXPECT_EQ(outputs.times(), times);
    });
  }
};

TEST_F(FailuresTest, InAStepEndAContinuousRun) {
  expectFailure("foreachRDD #2", "map #1 failed in partition 1: four is refused", true,
                [](auto numbers) { return numbers.map(refuseFour); });
  expectFailure("foreachRDD #3", "filter #2 failed in partition 1: four is refused", true, [](auto numbers) {
    return numbers.map([](int x) { return x; }).filter([](int x) { return refuseFour(x) > 0; });
  });
  expectFailure(
      "foreachRDD #2", "flatMap #1 \"parser\" failed in partition 1: four is refused", true,
      [](auto numbers) { return numbers.flatMap([](int x) { return Ints{refuseFour(x)}; }).name("parser"); });
}

TEST_F(FailuresTest, InTheTablesOfAReductionEndAContinuousRun) {
  auto build = [](auto numbers) {
    return numbers.map([](int x) { return Pair(0, x); }).reduceByKey([](int a, int b) -> int {
      if (a + b == 7) throw std::runtime_error("seven is refused");
      return a + b;
    });
  };
  expectFailure("foreachRDD #3", "reduceByKey #2 failed in partition 0: seven is refused", true, build, 1);
}

// A state that is broken has nothing for later batches either, in both modes.
TEST_F(FailuresTest, InAStateAreForEver) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto refusing = [](int, std::optional<int> x, State<int>& state) {
      state.update(refuseFour(*x));
      return *x;
    };
    auto outputs = running.collect(
        numbers.stream.map(keyed).mapWithState(StateSpec::function(refusing).numPartitions(1)));
    std::string output =
        options.mode == StreamingMode::kMicroBatch ? "foreachRDD #3" : "the continuous run has ended";
    running.play(
        {start(), addData(numbers, {1}), closeBatch(), expect(outputs, {1}), addData(numbers, {4}),
         closeBatch(),
         fails("batch 2000 ms, " + output + ": mapWithState #2 failed in partition 0: four is refused"),
         addData(numbers, {5}), closeBatch(), expectNothing(outputs), stop()});
  });
}

TEST_F(FailuresTest, BehindAnExchangeNameThePartitionThere) {
  expectFailure("foreachRDD #3", "map #2 failed in partition 0: four is refused", true,
                [](auto numbers) { return numbers.repartition(1).map(refuseFour); });
}

TEST_F(FailuresTest, InWholePartitionsAreThoseOfTheBatch) {
  expectFailure("foreachRDD #2", "mapPartitions #1 failed in partition 1: four is refused", false,
                [](auto numbers) {
                  return numbers.mapPartitions([](auto& records) {
                    Ints all;
                    for (int x : records) all.push_back(refuseFour(x));
                    return all;
                  });
                });
}

TEST_F(FailuresTest, InAWindowNameItsOperatorPartitionAndEpoch) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    running.collect(numbers.stream.map([](int x) { return Pair(0, x); })
                        .reduceByKeyAndWindow(
                            std::plus<>{},
                            [](int, int) -> int { throw std::runtime_error("nothing leaves"); }, Seconds(1)));
    running.play({start(), addData(numbers, {1}), closeBatch(), addData(numbers, {2}), closeBatch()});
    std::string text = running.awaitFailure();
    EXPECT_EQ(text.substr(0, text.find(" failed")), "batch 2000 ms, foreachRDD #4: reduceByKeyAndWindow #3");
    EXPECT_NE(text.find("nothing leaves"), std::string::npos) << text;
  });
}

TEST_F(FailuresTest, InAnOutputAreReportedAndLaterEpochsGoOn) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    numbers.stream.foreachRDD([](const RDD<int>& rdd) {
      for (int x : rdd.collect()) refuseFour(x);
    });
    auto other = running.collect(numbers.stream);
    running.play({start(), addData(numbers, {4}), closeBatch(), expect(other, {4}),
                  fails("batch 1000 ms, foreachRDD #1: four is refused"), addData(numbers, {5}), closeBatch(),
                  expect(other, {5}), stop()});
  });
}

TEST_F(FailuresTest, OfASourceAreReportedAndLaterEpochsGoOn) {
  class Broken final : public core::InputNode {
   public:
    explicit Broken(const std::shared_ptr<core::StreamGraph>& graph) : InputNode(graph, "Broken stream") {}

   protected:
    core::NodePtr compute(Time time) override {
      if (time == Time(2000)) throw std::runtime_error("no batch from here");
      return rddOf<int>(graph()->engine(), {1}, 1).node();
    }
  };
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto& context = running.context();
    auto outputs = running.collect(context.inputStream<int>(std::make_shared<Broken>(context.graph())));
    running.play({start(), closeBatch(), expect(outputs, {1}), closeBatch(),
                  fails("batch 2000 ms, making its jobs: no batch from here"), expectNothing(outputs),
                  closeBatch(), expect(outputs, {1}), stop()});
  });
}

TEST_F(FailuresTest, AnswerWhoWaitsWhereverTheyHappen) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto numbers = running.receiver<int>();
  std::atomic<int> calls = 0;
  auto outputs = running.collect(numbers.stream.map([&](int x) {
    ++calls;
    return refuseFour(x);
  }));
  running.play(
      {start(), addData(numbers, {1}), closeBatch(), expect(outputs, {1}), addData(numbers, {4}),
       fails("batch 2000 ms, the continuous run has ended: map #1 failed in partition 0: four is refused"),
       addData(numbers, {5}), addData(numbers, {6}), addData(numbers, {7}), closeBatch(2),
       expectNothing(outputs), stop()});
  EXPECT_EQ(calls, 2) << "what comes later is taken, and given to nobody";
}

TEST_F(FailuresTest, CarryWhatWasThrown) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto numbers = running.receiver<int>();
  running.collect(numbers.stream.map(refuseFour));
  running.play({start(), addData(numbers, {4})});
  try {
    running.context().awaitTermination();
    FAIL();
  } catch (const BatchFailure& failure) {
    EXPECT_EQ(failure.batchTime(), Time(1000));
    try {
      std::rethrow_exception(failure.cause());
    } catch (const TaskFailure& task) {
      EXPECT_EQ(task.operatorName(), "map #1");
      EXPECT_EQ(task.partition(), 0);
      EXPECT_THROW(std::rethrow_exception(task.cause()), std::runtime_error);
    }
  }
}

/// A writer and a transform throw in the second batch: both failures are told of it, and none of the third.
TEST_F(FailuresTest, OfAWriterAreThoseOfItsEpochAlthoughJobsCannotBeMade) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto listener = std::make_shared<RecordingListener>();
    running.context().addStreamingListener(listener);
    auto numbers = running.input<int>();
    numbers.stream
        .transform([](const RDD<int>& rdd, Time time) {
          if (time == Time(2000)) throw std::runtime_error("no second batch");
          return rdd;
        })
        .foreachRDD([](const RDD<int>&) {});
    numbers.stream.foreach ([](int x) { refuseFour(x); });
    running.play({start(), addData(numbers, {1}), closeBatch(), addData(numbers, {4}), closeBatch(),
                  fails("batch 2000 ms, making its jobs: transform #1: no second batch"),
                  addData(numbers, {5}), closeBatch(), stop()});
    std::vector<std::string> failures;
    for (const BatchInfo& batch : listener->completed()) {
      for (const auto& [id, output] : batch.outputOperationInfos)
        if (output.failureReason) failures.push_back(batch.batchTime.toString() + " " + output.description);
    }
    std::vector<std::string> expected{"2000 ms making its jobs"};
    if (options.mode == StreamingMode::kContinuous) expected.insert(expected.begin(), "2000 ms foreach #3");
    EXPECT_EQ(failures, expected);
    EXPECT_EQ(listener->completed().size(), 3U);
  });
}

/// One of two senders is ahead: the state holds its records of the second epoch back until the first is closed.
/// A writer that tells when it is closed, which it is where a marker has come.
struct TellingCloses {
  std::shared_ptr<Happenings> closes = std::make_shared<Happenings>();

  bool open(int, std::int64_t) { return true; }
  void process(int) {}
  void close(std::exception_ptr) { closes->add("closed"); }
};

TEST_F(FailuresTest, OfRecordsThatCameEarlyAreThoseOfTheirEpoch) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto gate = Gate::make();
  auto ahead = running.receiver<int>(), behind = running.receiver<int>();
  auto waiting = behind.stream.map([gate](int x) {
    gate->pass();
    return x;
  });
  auto refusing = [](int, std::optional<int> x, State<int>& state) {
    state.update(refuseFour(*x));
    return *x;
  };
  const TellingCloses markers;
  ahead.stream.foreach (markers);
  running.collect(
      ahead.stream.union_(waiting).map(keyed).mapWithState(StateSpec::function(refusing).numPartitions(1)));
  running.start();
  std::jthread feeding([&] { behind.feed->add({1}); });
  running.play({then([&] { gate->awaitArrivals(1); }), addData(ahead, {3}), tick(),
                then([&] { markers.closes->await(1); }), addData(ahead, {4}), then([&] { gate->letGo(); }),
                fails("batch 2000 ms, the continuous run has ended: mapWithState #6 failed in partition 0: "
                      "four is refused"),
                stop()});
}

}  // namespace
}  // namespace millrace
