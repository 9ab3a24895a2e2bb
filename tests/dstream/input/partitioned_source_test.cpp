#include <millrace/dstream/input/partitioned_source.hpp>

#include <millrace/base/error.hpp>

#include "contexts/observed.hpp"
#include "support/log_source.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;

TEST(PartitionedSource, ABatchHasWhatWasThereByPartition) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(3);
    auto seen = running.collect(running.context().inputStream(source).map([](int x) { return 10 * x; }));
    running.play({start(), write(source, {{1, 2}, {}, {3}}), closeBatch(), expect(seen, {10, 20, 30}),
                  closeBatch(), expect(seen, {}), write(source, {{4}, {5}}), closeBatch(),
                  expect(seen, {40, 50}), stop()});
    EXPECT_EQ(seen.all()[0].partitions, (std::vector<Ints>{{10, 20}, {}, {30}}));
    EXPECT_EQ(seen.all()[2].partitions, (std::vector<Ints>{{40}, {50}, {}}));
  });
}

class Inputs final : public StreamingListener {
 public:
  void onBatchSubmitted(const BatchInfo& batch) override {
    const StreamInputInfo& input = batch.streamIdToInputInfo.at(0);
    std::lock_guard lock(mutex_);
    texts_.push_back(std::to_string(input.numRecords) + " records\n" + input.metadata.description);
  }
  std::vector<std::string> texts() {
    std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> texts_;
};

TEST(PartitionedSource, ListenersAreToldThePositionsOfEachBatch) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(2);
    auto inputs = std::make_shared<Inputs>();
    running.context().addStreamingListener(inputs);
    auto seen = running.collect(running.context().inputStream(source));
    running.play(
        {start(), write(source, {{1, 2}, {3}}), closeBatch(), write(source, {{4}}), closeBatch(), stop()});
    EXPECT_EQ(inputs->texts(),
              (std::vector<std::string>{"3 records\npart 0, offsets 0 to 2\npart 1, offsets 0 to 1",
                                        "1 records\npart 0, offsets 2 to 3\npart 1, offsets 1 to 1"}));
  });
}

/// Where so many threads meet.
class Meeting {
 public:
  explicit Meeting(int threads) : missing_(threads) {}
  bool meet() {
    std::unique_lock lock(mutex_);
    if (--missing_ == 0) changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return missing_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int missing_;
};

TEST(PartitionedSource, ItsPartitionsAreWorkedOnAtTheSameTime) {
  inBothModes([](StreamOptions options) {
    options.shape.threads = 4;
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(4);
    auto meeting = std::make_shared<Meeting>(4);
    auto met = running.collect(
        running.context().inputStream(source).map([meeting](int) { return meeting->meet(); }));
    running.play({start(), write(source, {{1}, {2}, {3}, {4}}), closeBatch(),
                  expect(met, {true, true, true, true}), stop()});
  });
}

TEST(PartitionedSource, WhatFailsIsReadAgainWithoutLoss) {
  inBothModes([](StreamOptions options) {
    options.conf["spark.streaming.receiverRestartDelay"] = "1s";
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(1);
    auto seen = running.collect(running.context().inputStream(source));
    auto fail = then([source] { source->failOnce(); });
    running.play({start(), write(source, {{1}}), closeBatch(), fail, write(source, {{2, 3}}), closeBatch(),
                  closeBatch(), closeBatch(), closeBatch(), stop()});
    Ints all;
    for (const Ints& batch : seen.records()) all.insert(all.end(), batch.begin(), batch.end());
    EXPECT_EQ(all, (Ints{1, 2, 3}));
  });
}

// The clock jumps: most ticks are skipped, and the window asks for the batches that there were none of.
TEST(PartitionedSource, AWindowReachesBackOverSkippedTicks) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(1);
    auto seen = running.collect(running.context().inputStream(source).window(Seconds(60)));
    running.start();
    source->write({{1, 2}});
    running.advance();
    running.moveTo(35'000);
    source->write({{3}});
    running.advance();
    running.stop();
    EXPECT_LT(seen.times().size(), 36U) << "some were skipped";
    EXPECT_EQ(seen.sorted().back(), (Ints{1, 2, 3}));
  });
}

TEST(PartitionedSource, AGracefulStopTakesWhatIsThere) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(2);
    auto seen = running.collect(running.context().inputStream(source));
    running.start();
    source->write({{1}, {2}});
    running.stop(true);
    Ints all;
    for (const Ints& batch : seen.records()) all.insert(all.end(), batch.begin(), batch.end());
    EXPECT_EQ(all, (Ints{1, 2}));
  });
}

std::vector<int> upTo(int n) {
  Ints numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

TEST(PartitionedSource, KeepsToARateHoweverLargeTheBacklogIs) {
  for (const char* limit : {"spark.streaming.receiver.maxRate", "spark.streaming.backpressure.initialRate"}) {
    inBothModes([limit](StreamOptions options) {
      options.conf = {{limit, "10"}, {"spark.streaming.blockInterval", "1s"}};
      StreamTest running(options);
      auto source = std::make_shared<LogSource>(1);
      auto seen = running.collect(running.context().inputStream(source));
      running.play({write(source, {upTo(1000)}), start(), closeBatch(20), stop()});
      Ints all;
      for (const Ints& batch : seen.records()) {
        EXPECT_GE(batch.size(), 1U) << limit;
        EXPECT_LE(batch.size(), 21U) << limit << ", and a burst of a second";
        all.insert(all.end(), batch.begin(), batch.end());
      }
      EXPECT_LE(all.size(), 211U);
      EXPECT_EQ(all, upTo(static_cast<int>(all.size()))) << "in order";
    });
  }
}

TEST(PartitionedSource, BackPressureLimitsWhatItGives) {
  StreamOptions options;
  options.conf = {{"spark.streaming.backpressure.enabled", "true"},
                  {"spark.streaming.backpressure.pid.minRate", "1"},
                  {"spark.streaming.blockInterval", "1s"}};
  StreamTest running(options);
  auto source = std::make_shared<LogSource>(1);
  auto numbers = running.context().inputStream(source);
  auto seen = running.collect(numbers);
  numbers.foreachRDD([&](const RDD<int>&) { running.clock().advance(100); });
  auto some = write(source, {upTo(5)});
  running.play(
      {start(), some, closeBatch(), some, closeBatch(), write(source, {upTo(1000)}), closeBatch(), stop()});
  const auto batches = seen.records();
  ASSERT_EQ(batches.size(), 3U);
  EXPECT_EQ(batches[0].size(), 5U);
  EXPECT_EQ(batches[1].size(), 5U);
  EXPECT_LE(batches[2].size(), 102U) << "5 records in 100 ms are 50 a second; 1 s and a burst of 1 s";
}

/// Two partitions: the first gives 4 MiB with each poll, so often; the second gives nothing and may be held up.
class HeavySource final : public PartitionedSource<std::string> {
 public:
  static constexpr int kPolls = 60;
  struct State {
    std::atomic<int> polls = 0;
    std::atomic<bool> held = false;
    Gate gate;
  };

  int partitions() const override { return 2; }
  std::unique_ptr<SourcePartition<std::string>> open(int partition) override {
    if (partition == 0) return std::make_unique<Heavy>(state);
    return std::make_unique<Held>(state);
  }
  const std::shared_ptr<State> state = std::make_shared<State>();

 private:
  struct Heavy final : SourcePartition<std::string> {
    explicit Heavy(std::shared_ptr<State> shared) : state(std::move(shared)) {}
    void poll(PollRoom<std::string>& room) override {
      if (state->polls == kPolls) return;
      room.add(std::string(PollRoom<std::string>::kMostBytes, 'x'));
      ++state->polls;
    }
    Position position() const override { return state->polls.load(); }
    void seek(const Position&) override {}
    const std::shared_ptr<State> state;
  };
  struct Held final : SourcePartition<std::string> {
    explicit Held(std::shared_ptr<State> shared) : state(std::move(shared)) {}
    void poll(PollRoom<std::string>&) override {
      if (state->held) state->gate.pass();
    }
    Position position() const override { return 0; }
    void seek(const Position&) override {}
    const std::shared_ptr<State> state;
  };
};

TEST(PartitionedSource, ABatchIsBoundedAndSoIsWhatWaitsForTheNext) {
  StreamTest running;
  auto source = std::make_shared<HeavySource>();
  HeavySource::State& state = *source->state;
  auto seen = running.collect(
      running.context().inputStream(source).map([](const std::string& x) { return x.size(); }));
  auto awaitWait = [&](int number) {
    while (running.context().gauges().at("sourceWaits") < number && state.polls < HeavySource::kPolls)
      std::this_thread::yield();
  };
  running.start();
  awaitWait(1);
  state.held = true;
  std::jthread letGo([&] {
    state.gate.awaitArrivals(1);
    awaitWait(2);
    EXPECT_LE(state.polls, 40) << "twice 64 MiB, and what is under way";
    state.gate.open();
  });
  running.advance();
  EXPECT_LE(seen.records().at(0).size(), 20U);
  EXPECT_GE(seen.records().at(0).size(), 16U);
  running.stop();
}

TEST(PartitionedSource, NeedsAPartition) {
  StreamTest running;
  EXPECT_THROW(running.context().inputStream(std::make_shared<LogSource>(0)), IllegalArgument);
}

}  // namespace
}  // namespace millrace
