#include <millrace/contexts/streaming_context.hpp>

#include "contexts/observed.hpp"
#include "support/line_server.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Ints = std::vector<int>;
using Pair = std::pair<int, int>;
using Strings = std::vector<std::string>;

int sumOfKey(int, std::optional<int> value, State<int>& state) {
  state.update(state.getOption().value_or(0) + value.value_or(0));
  return state.get();
}

TEST(Stops, GracefullyAllThatWasReceivedIsPutOut) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.receiver<int>();
    auto pairs = numbers.stream.map([](int x) { return Pair(x % 2, x); });
    auto mapped = running.collect(numbers.stream);
    auto counted = running.collect(pairs.reduceByKey(std::plus<>{}));
    auto states = running.collect(pairs.mapWithState(StateSpec::function(&sumOfKey)));
    auto windows = running.collect(numbers.stream.window(Seconds(2)));
    running.play({start(), addData(numbers, {1, 2}), closeBatch(), addData(numbers, {3, 4}),
                  addData(numbers, {5}), stopGracefully(), expect(mapped, {1, 2}), expect(mapped, {3, 4, 5}),
                  expectAnyOrder(counted, {{0, 2}, {1, 1}}), expectAnyOrder(counted, {{0, 4}, {1, 8}}),
                  expectAnyOrder(states, {1, 2}), expectAnyOrder(states, {4, 6, 9}), expect(windows, {1, 2}),
                  expect(windows, {1, 2, 3, 4, 5})});
    EXPECT_EQ(mapped.times(), (std::vector<std::int64_t>{1000, 2000}));
  });
}

TEST(Stops, GracefullyEpochsThatWaitArePutOut) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto gate = Gate::make();
    auto numbers = running.receiver<int>();
    Happenings seen;
    numbers.stream.foreachRDD([&, gate](const RDD<int>& rdd) {
      gate->pass();
      for (int x : rdd.collect()) seen.add(std::to_string(x));
    });
    running.play({start(), addData(numbers, {1}), tick(), then([&] { gate->awaitArrivals(1); }),
                  addData(numbers, {2})});
    std::jthread stopping([&] { running.stop(true); });
    gate->open();
    stopping.join();
    EXPECT_EQ(seen.all(), (Strings{"1", "2"}));
  });
}

TEST(Stops, WritersAreClosedByTheLastMarker) {
  struct Noting {
    Happenings* notes;
    void process(int x) { notes->add(std::to_string(x)); }
    void close(const std::exception_ptr& failure) { notes->add(failure ? "failed" : "closed"); }
  };
  StreamTest running({.mode = StreamingMode::kContinuous});
  Happenings notes;
  auto numbers = running.receiver<int>();
  numbers.stream.foreach (Noting{&notes});
  running.play({start(), addData(numbers, {1}), stopGracefully()});
  EXPECT_EQ(notes.all(), (Strings{"1", "closed"}));
}

TEST(Stops, GracefullyUnderLoadWhatWasReceivedIsPutOutWithoutAGap) {
  inBothModes([](const StreamOptions& options) {
    LineServer server;
    StreamTest running(options);
    auto listener = std::make_shared<RecordingListener>();
    running.context().addStreamingListener(listener);
    auto lines = running.context().socketTextStream("127.0.0.1", server.port());
    auto outputs =
        running.collect(lines.map([](std::string_view line) { return std::stoi(std::string(line)); }));
    running.start();
    std::jthread sending([&] {
      auto peer = server.accept();
      try {
        for (int i = 0; i < 5'000'000; ++i) peer.send(std::to_string(i) + "\n");
      } catch (const std::exception&) {  // the other side has closed
      }
    });
    auto all = [&] {
      Ints seen;
      for (const auto& batch : outputs.records()) seen.insert(seen.end(), batch.begin(), batch.end());
      return seen;
    };
    auto deadline = std::chrono::steady_clock::now() + kPatienceOfStreams;
    while (all().size() < 1000 && std::chrono::steady_clock::now() < deadline) running.advance();
    running.stop(true);
    Ints seen = all(), expected(seen.size());
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(seen, expected);
    std::int64_t received = 0;
    for (const BatchInfo& batch : listener->completed()) received += batch.numRecords();
    EXPECT_EQ(received, static_cast<std::int64_t>(seen.size()));
  });
}

TEST(Stops, AtOnceWhatHasNotBegunIsDropped) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.receiver<int>();
    auto outputs = running.collect(numbers.stream);
    running.play({start(), addData(numbers, {1}), closeBatch(), expect(outputs, {1}), addData(numbers, {2}),
                  stop(), expectNothing(outputs)});
    for (const std::string& line : running.log().lines())
      EXPECT_EQ(line.find("before its work had ended"), std::string::npos) << line;
  });
}

TEST(Stops, AtOnceRecordsOnTheirWayAreLetGo) {
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto gate = Gate::make();
  auto numbers = running.receiver<int>();
  running.collect(numbers.stream.map([gate](int x) {
    gate->pass();
    return x;
  }));
  running.start();
  std::jthread feeding([&] {
    try {
      for (int i = 0; i < 1000; ++i) numbers.feed->add(Ints(1500, i));
    } catch (const SparkException&) {
    }
  });
  gate->awaitArrivals(1);
  std::jthread stopping([&] { running.stop(); });
  gate->open();
  stopping.join();
}

TEST(Stops, AStepThatIsStuckIsSaidAndLeftToItself) {
  auto gate = Gate::make();
  StreamTest running(
      {.mode = StreamingMode::kContinuous, .conf = {{"spark.streaming.gracefulStopTimeout", "500ms"}}});
  auto numbers = running.receiver<int>();
  running.collect(numbers.stream.map([gate](int x) {
    gate->pass();
    return x;
  }));
  running.start();
  std::jthread feeding([&] { numbers.feed->add({1}); });
  gate->awaitArrivals(1);
  auto begin = std::chrono::steady_clock::now();
  running.stop(true);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  auto lines = running.log().lines();
  EXPECT_TRUE(std::ranges::any_of(lines, [](const std::string& line) {
    return line.find("the StreamingContext stopped before its work had ended") != std::string::npos &&
           line.find("for=\"records of epoch 1000 ms, map #1 in partition 0\"") != std::string::npos;
  })) << testing::PrintToString(lines);
  gate->letGo();
}

TEST(Stops, FromTheInside) {
  for (bool gracefully : {true, false}) {
    SCOPED_TRACE(gracefully);
    StreamTest running({.mode = StreamingMode::kContinuous});
    auto numbers = running.receiver<int>();
    numbers.stream
        .map([&](int x) {
          running.context().stop(true, gracefully);
          return x;
        })
        .foreachRDD([](const RDD<int>&) {});
    running.play({start(), addData(numbers, {1})});
    EXPECT_TRUE(running.context().awaitTerminationOrTimeout(30'000));
  }
}

}  // namespace
}  // namespace millrace
