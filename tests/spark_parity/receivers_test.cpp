#include "spark_parity/from_json.hpp"

#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/io/receiver.hpp>
#include <support/engines.hpp>
#include <support/streams.hpp>
#include <support/vectors.hpp>

#include "support/line_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::parity {
namespace {

/// Stores 1, 2, 3 … as fast as it can, and has stored all up to `stored` when it has stopped.
class Counting final : public Receiver<int> {
 public:
  explicit Counting(std::atomic<int>& stored) : Receiver(StorageLevel::MEMORY_ONLY), stored_(stored) {}
  void onStart() override {
    thread_ = std::thread([this] {
      while (!isStopped()) {
        store(++stored_);
        stored_.notify_all();
      }
    });
  }
  void onStop() override { thread_.join(); }

 private:
  std::atomic<int>& stored_;
  std::thread thread_;
};

/// Has stored all only when it has stopped.
class Slow final : public Receiver<int> {
 public:
  static constexpr int kRecords = 15;
  Slow() : Receiver(StorageLevel::MEMORY_ONLY) {}
  void onStart() override {}
  void onStop() override {
    for (int record = 1; record <= kRecords; ++record) store(record);
  }
};

class SparkReceivers : public testing::TestWithParam<StreamingMode> {
 protected:
  static SparkConf conf() {
    SparkConf conf;
    conf.set("spark.streaming.mode", GetParam() == StreamingMode::kContinuous ? "continuous" : "micro-batch");
    return conf;
  }
};

TEST_P(SparkReceivers, F15_AGracefulStopProcessesAllThatWasStored) {
  const SparkContext core(conf(), test::makeEngine());
  for (int round = 0; round < 4; ++round) {
    std::atomic<int> stored = 0;
    std::int64_t counted = 0;
    const auto clock = std::make_shared<ManualClock>();
    StreamingContext context(core, Milliseconds(100), clock);
    context.receiverStream(std::make_unique<Counting>(stored)).foreachRDD([&](const RDD<int>& rdd) {
      counted += rdd.count();
    });
    context.start();
    stored.wait(0);
    for (std::int64_t time = 100; time <= 500; time += 100) {
      ASSERT_TRUE(clock->awaitWaiter(time, test::kPatienceOfStreams));
      clock->setTime(time);
    }
    context.stop(false, true);
    EXPECT_GT(stored, 0);
    EXPECT_EQ(counted, stored);
  }
}

TEST_P(SparkReceivers, F16_AGracefulStopWaitsForASlowOne) {
  test::StreamTest running({.mode = GetParam()});
  auto outputs = running.collect(running.context().receiverStream(std::make_unique<Slow>()));
  running.start();
  running.advance();
  running.stop(true);
  std::vector<int> all;
  for (const auto& records : outputs.records()) all.insert(all.end(), records.begin(), records.end());
  EXPECT_EQ(all.size(), std::size_t{Slow::kRecords});
}

TEST_P(SparkReceivers, F17_AGracefulStopAtOnceAfterTheStartReturns) {
  const auto clock = std::make_shared<ManualClock>();
  StreamingContext context(SparkContext(conf(), test::makeEngine()), Milliseconds(100), clock);
  context.receiverStream(std::make_unique<Slow>()).foreachRDD([](const RDD<int>&) {});
  context.start();
  clock->setTime(60'000);
  const auto begin = std::chrono::steady_clock::now();
  context.stop(true, true);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  EXPECT_TRUE(context.awaitTerminationOrTimeout(0)) << "and nothing has failed";
}

TEST_P(SparkReceivers, F22_ASocketGivesItsLines) {
  const auto& expected = test::vector("F22").at("expect");
  test::LineServer server;
  test::StreamTest running({.mode = GetParam()});
  auto outputs = running.collect(running.context().socketTextStream("127.0.0.1", server.port()));
  running.start();
  test::Peer peer = server.accept();
  std::vector<std::string> all;
  for (int line = 1; line <= 5; ++line) {
    peer.send(std::to_string(line) + "\n");
    const auto end = std::chrono::steady_clock::now() + test::kPatienceOfStreams;
    while (all.size() < static_cast<std::size_t>(line) && std::chrono::steady_clock::now() < end) {
      running.advance();
      for (auto batch = outputs.next(); batch; batch = outputs.next()) {
        for (std::string& record : batch->records()) all.push_back(std::move(record));
      }
    }
  }
  running.stop();
  EXPECT_EQ(all, fromJson<std::vector<std::string>>(expected.at("flattened outputs in order")));
  const auto gauges = running.context().gauges();
  EXPECT_EQ(gauges.at("totalReceivedRecords"), fromJson<std::int64_t>(expected.at("received records")));
  EXPECT_EQ(gauges.at("totalProcessedRecords"), fromJson<std::int64_t>(expected.at("processed records")));
}

INSTANTIATE_TEST_SUITE_P(Modes, SparkReceivers, testing::ValuesIn(test::kModes), [](const auto& mode) {
  return mode.param == StreamingMode::kContinuous ? "Continuous" : "MicroBatch";
});

}  // namespace
}  // namespace millrace::parity
