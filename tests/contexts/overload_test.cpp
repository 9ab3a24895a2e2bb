#include <millrace/contexts/streaming_context.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using test::Gate;
using test::Held;
using test::SmallProgram;

/// Gives a number with each poll.
class Endless final : public PartitionedSource<int> {
 public:
  int partitions() const override { return 1; }
  std::unique_ptr<SourcePartition<int>> open(int) override { return std::make_unique<Partition>(); }

 private:
  struct Partition final : SourcePartition<int> {
    void poll(PollRoom<int>& room) override { room.add(next++); }
    Position position() const override { return next; }
    void seek(const Position& position) override { next = position.as<int>(); }
    int next = 0;
  };
};

struct OverloadTest : testing::Test {
  void startWithABatchAtWork() {
    auto made = std::make_unique<Held>();
    receiver = made.get();
    program.ssc.receiverStream(std::move(made)).foreachRDD([this](const RDD<int>& rdd, Time time) {
      if (rdd.isEmpty()) return;
      program.done.add(std::to_string(time.milliseconds()));
      gate->pass();
    });
    program.ssc.start();
    receiver->started.pass();
    receiver->store(std::vector<int>{1});
    program.nextBatch();
    gate->awaitArrivals(1);
  }

  const std::shared_ptr<Gate> gate = Gate::make();
  SmallProgram program;
  Held* receiver = nullptr;
};

TEST_F(OverloadTest, ReceiversStoreNothingWhileABatchWaitsForTheOneBefore) {
  startWithABatchAtWork();
  EXPECT_TRUE(receiver->mayStore()) << "one batch runs, none waits";
  program.nextBatch();
  EXPECT_TRUE(program.clock->awaitWaiter(3000, test::kPatience));
  EXPECT_TRUE(receiver->mayStore()) << "what waits has no records";
  receiver->store(std::vector<int>{2});
  program.nextBatch();
  receiver->await(false);
  std::jthread storing([&] { receiver->store(std::vector<int>{3}); });
  program.nextBatch();
  gate->open();
  storing.join();
  receiver->await(true);
  while (program.done.all().size() < 3) program.nextBatch();
  EXPECT_EQ(program.done.all()[1], "3000");
  program.ssc.stop(true, true);
}

TEST_F(OverloadTest, ReceiversStoreNothingWhileNoFurtherBatchIsMade) {
  startWithABatchAtWork();
  for (int i = 0; i < 8; ++i) program.nextBatch();
  EXPECT_TRUE(program.clock->awaitWaiter(10'000, test::kPatience));
  EXPECT_TRUE(receiver->mayStore()) << "one batch runs, eight without records wait";
  program.nextBatch();
  receiver->await(false);
  gate->letGo();
  receiver->await(true);
  program.ssc.stop();
}

/// A continuous run in which the first epoch's output waits at a gate.
struct ContinuousOverload : testing::Test {
  void SetUp() override {
    auto made = std::make_unique<Held>();
    receiver = made.get();
    program.ssc.receiverStream(std::move(made)).foreachRDD([this](const RDD<int>& rdd) {
      for (int number : rdd.collect()) program.done.add(std::to_string(number));
      gate->pass();
    });
    program.ssc.start();
    receiver->started.pass();
  }
  void nextEpoch(std::vector<int> records) {
    if (!records.empty()) receiver->store(std::move(records));
    program.nextBatch();
  }

  const std::shared_ptr<Gate> gate = Gate::make();
  SmallProgram program{SmallProgram::Settings{{"spark.streaming.mode", "continuous"}}};
  Held* receiver = nullptr;
};

TEST_F(ContinuousOverload, ReceiversStoreNothingWhileAnEpochWaitsForTheOneBefore) {
  nextEpoch({0});
  gate->awaitArrivals(1);
  EXPECT_TRUE(receiver->mayStore()) << "one epoch's jobs run, none wait";
  nextEpoch({1});
  receiver->await(false);
  std::jthread storing([&] { receiver->store(std::vector<int>{2}); });
  nextEpoch({});
  gate->letGo();
  storing.join();
  receiver->await(true);
  program.ssc.stop(true, true);
  EXPECT_EQ(program.done.all(), (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(ContinuousOverload, ReceiversStoreNothingWhileNoFurtherEpochBegins) {
  nextEpoch({0});
  gate->awaitArrivals(1);
  for (int i = 0; i < 3; ++i) nextEpoch({});
  EXPECT_TRUE(program.clock->awaitWaiter(5000, test::kPatience));
  EXPECT_TRUE(receiver->mayStore()) << "one epoch's jobs run, three without records wait";
  nextEpoch({});
  receiver->await(false);
  gate->letGo();
  receiver->await(true);
  program.ssc.stop(true, true);
}

TEST_F(OverloadTest, AStopLetsGoOfWhoWaitsToStore) {
  startWithABatchAtWork();
  receiver->store(std::vector<int>{2});
  program.nextBatch();
  receiver->await(false);
  std::jthread storing([&] {
    try {
      receiver->store(std::vector<int>{3});
    } catch (const SparkException&) {
      // it may come too late
    }
  });
  std::jthread stopping([&] { program.ssc.stop(); });
  storing.join();
  gate->letGo();
}

TEST_F(OverloadTest, PolledPartitionsGiveNothingWhileABatchWaitsForTheOneBefore) {
  program.ssc.inputStream(std::make_shared<Endless>()).foreachRDD([this](const RDD<int>& rdd) {
    program.done.add(rdd.isEmpty() ? "nothing" : "something");
    gate->pass();
  });
  auto listener = std::make_shared<test::RecordingListener>();
  program.ssc.addStreamingListener(listener);
  program.ssc.start();
  for (int i = 0; i < 5; ++i) program.nextBatch();
  listener->events.await(8);  // the last of which is the submission of the fifth
  gate->open();
  const auto batches = program.done.await(5);
  EXPECT_EQ(batches[0], "something");
  EXPECT_EQ(batches[1], "something");
  EXPECT_EQ(batches[3], "nothing") << "but what was polled before the second waited";
  EXPECT_EQ(batches[4], "nothing");
  program.ssc.stop();
}

}  // namespace
}  // namespace millrace
