#include <millrace/contexts/streaming_context.hpp>

#include "support/line_server.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Ints = std::vector<int>;
using Strings = std::vector<std::string>;

/// Closes batches until the records of all batches so far are these; true if they are in the end.
void closeBatchesUntil(StreamTest& running, const Outputs<std::string>& outputs, const Strings& expected) {
  auto all = [&] {
    Strings records;
    for (const auto& batch : outputs.records()) records.insert(records.end(), batch.begin(), batch.end());
    return records;
  };
  auto deadline = std::chrono::steady_clock::now() + kPatienceOfStreams;
  while (all().size() < expected.size() && std::chrono::steady_clock::now() < deadline) running.advance();
  EXPECT_EQ(all(), expected);
}

TEST(Sources, PartitionsKeepTheirNumbers) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>(5);
    auto outputs = running.collect(numbers.stream.map([](int x) { return 10 * x; }));
    running.play({start(), addData(numbers, {1, 2, 3, 4, 5, 6, 7}), closeBatch(), addData(numbers, {8}),
                  closeBatch(), closeBatch(), stop()});
    std::vector<std::vector<Ints>> partitions;
    for (const auto& batch : outputs.all()) partitions.push_back(batch.partitions);
    EXPECT_EQ(partitions,
              (std::vector<std::vector<Ints>>{
                  {{10}, {20}, {30, 40}, {50}, {60, 70}}, {{}, {}, {}, {}, {80}}, std::vector<Ints>(5)}));
    EXPECT_EQ(outputs.times(), (std::vector<std::int64_t>{1000, 2000, 3000}));
  });
}

TEST(Sources, AUnionIsOneParentAfterTheOther) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto first = running.input<int>(), second = running.input<int>(3);
    auto both = first.stream.union_(second.stream.map([](int x) { return -x; }));
    auto outputs = running.collect(both.union_(first.stream));
    running.play({start(), addData(second, {1, 2, 3}), addData(first, {4, 5}), closeBatch(),
                  expect(outputs, {4, 5, -1, -2, -3, 4, 5}), addData(first, {6}), closeBatch(),
                  expect(outputs, {6, 6}), closeBatch(), expect(outputs, {}), stop()});
    EXPECT_EQ(outputs.all()[0].partitions.size(), static_cast<std::size_t>(2 * options.shape.partitions + 3));
  });
}

TEST(Sources, OnePrefixFeedsAllItsConsumers) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>();
    auto prefix = numbers.stream.map([](int x) { return x + 1; });
    auto itself = running.collect(prefix);
    auto mapped = running.collect(prefix.map([](int x) { return 10 * x; }));
    auto counted =
        running.collect(prefix.map([](int x) { return std::pair(x % 2, 1); }).reduceByKey(std::plus<>{}));
    auto windowed = running.collect(prefix.window(Seconds(2)));
    auto spread = running.collect(prefix.repartition(3));
    running.play({start(), addData(numbers, {1, 2, 3}), closeBatch(), expect(itself, {2, 3, 4}),
                  expect(mapped, {20, 30, 40}), expectAnyOrder(counted, {{0, 2}, {1, 1}}),
                  expect(windowed, {2, 3, 4}), expectAnyOrder(spread, {2, 3, 4}), addData(numbers, {4}),
                  closeBatch(), expect(itself, {5}), expect(mapped, {50}), expectAnyOrder(counted, {{1, 1}}),
                  expect(windowed, {2, 3, 4, 5}), expectAnyOrder(spread, {5}), stop()});
  });
}

TEST(Sources, APrefixIsRunOnceInAContinuousRun) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  std::atomic<int> calls = 0;
  auto numbers = running.input<int>();
  auto prefix = numbers.stream.map([&](int x) {
    ++calls;
    return x;
  });
  auto first = running.collect(prefix), second = running.collect(prefix.filter([](int x) { return x > 1; }));
  running.play({start(), addData(numbers, {1, 2, 3}), closeBatch(), expect(first, {1, 2, 3}),
                expect(second, {2, 3}), stop()});
  EXPECT_EQ(calls, 3);
}

TEST(Sources, ManyIntoManyPartitionsLoseNothing) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>(7);
    auto outputs =
        running.collect(numbers.stream.repartition(5).map([](int x) { return x + 1; }).repartition(3));
    Ints many, more;
    for (int i = 0; i < 1000; ++i) many.push_back(i);
    for (int x : many) more.push_back(x + 1);
    running.play({start(), addData(numbers, many), closeBatch(), expectAnyOrder(outputs, more),
                  addData(numbers, {1}), closeBatch(), expectAnyOrder(outputs, {2}), closeBatch(),
                  expect(outputs, {}), stop()});
    EXPECT_EQ(outputs.all()[0].partitions.size(), 3U);
  });
}

TEST(Sources, AnIdleOneDoesNotHoldUpABusyOne) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto busy = running.receiver<int>(), idle = running.receiver<int>();
    auto alone = running.collect(busy.stream);
    auto both = running.collect(idle.stream.union_(busy.stream));
    running.play({start(), addData(busy, {1, 2}), addData(busy, {3}), closeBatch(), expect(alone, {1, 2, 3}),
                  expect(both, {1, 2, 3}), closeBatch(), expect(alone, {}), expect(both, {}),
                  addData(busy, {4}), addData(idle, {5}), closeBatch(), expect(alone, {4}),
                  expect(both, {5, 4}), stop()});
  });
}

TEST(Sources, OneThatReconnectsLosesNothing) {
  inBothModes([](StreamOptions options) {
    options.conf["spark.streaming.receiverRestartDelay"] = "10ms";
    LineServer server;
    StreamTest running(options);
    auto lines = running.context().socketTextStream("127.0.0.1", server.port());
    auto outputs = running.collect(lines.map([](const std::string& line) { return line + "."; }));
    running.start();
    {
      auto peer = server.accept();
      peer.send("one\ntwo\nwithout an end");
      peer.close();
      closeBatchesUntil(running, outputs, {"one.", "two.", "without an end."});
    }
    auto before = outputs.times().size();
    server.refuse();
    running.advance(3);
    EXPECT_EQ(outputs.times().size(), before + 3) << "batches go on meanwhile";
    server.listen();
    auto deadline = std::chrono::steady_clock::now() + kPatienceOfStreams;
    while (!server.hasCaller() && std::chrono::steady_clock::now() < deadline) running.advance();
    auto again = server.accept();
    again.send("three\n");
    closeBatchesUntil(running, outputs, {"one.", "two.", "without an end.", "three."});
    running.stop();
  });
}

TEST(Sources, OneThatEndsGivesEmptyBatches) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto& context = running.context();
    RDDQueue<int> queue;
    queue += context.sparkContext().makeRDD(Ints{1, 2, 3}, 2);
    queue += context.sparkContext().makeRDD(Ints{4}, 1);
    auto outputs = running.collect(context.queueStream(queue).map([](int x) { return x; }));
    running.play({start(), closeBatch(3), expect(outputs, {1, 2, 3}), expect(outputs, {4}),
                  expect(outputs, {}), stop()});
  });
}

TEST(Sources, ALargeRddIsWhollyInItsEpoch) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<int>(4);
    auto counts =
        running.collect(numbers.stream.map([](int) { return std::pair(0, 1); }).reduceByKey(std::plus<>{}));
    running.play({start(), addData(numbers, Ints(200'000, 1)), closeBatch(), expect(counts, {{0, 200'000}}),
                  closeBatch(), expect(counts, {}), stop()});
  });
}

}  // namespace
}  // namespace millrace
