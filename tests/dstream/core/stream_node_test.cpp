#include <millrace/dstream/core/stream_node.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using test::Batches;
using test::failureOf;
using test::StreamTest;
using Times = std::vector<std::int64_t>;

template <class T>
Times kept(const DStream<T>& stream) {
  Times times;
  for (Time time : stream.node()->rememberedTimes()) times.push_back(time.milliseconds());
  return times;
}

std::vector<int> recordsOf(const std::vector<RDD<int>>& rdds) {
  std::vector<int> all;
  for (const auto& rdd : rdds) {
    for (int record : rdd.collect()) all.push_back(record);
  }
  return all;
}

// The source of the harness throws when it is asked for a time again.
TEST(StreamNode, MakesOneRddPerTimeForAllWhoAsk) {
  StreamTest running;
  auto source = running.source<int>(test::batches<int>({{1}, {2}, {3}}));
  auto left = running.collect(source.map([](int x) { return x; }));
  auto right = running.collect(source.window(Seconds(2)));
  running.run(3);
  EXPECT_EQ(left.records(), (std::vector<std::vector<int>>{{1}, {2}, {3}}));
  EXPECT_EQ(right.records(), (std::vector<std::vector<int>>{{1}, {1, 2}, {2, 3}}));
}

TEST(StreamNode, WithoutAnRddHasNoJobAndAnEmptyOneHas) {
  StreamTest running;
  auto source = running.source<std::pair<int, int>>({{{{1, 1}}}, std::nullopt, {{}}, std::nullopt});
  auto plain = running.collect(source), reduced = running.collect(source.reduceByKey(std::plus<>{}));
  running.run(5);
  EXPECT_EQ(plain.times(), (Times{1000, 3000, 5000}));
  EXPECT_EQ(reduced.times(), (Times{1000, 3000, 5000}));
}

TEST(StreamNode, ForgetsBatchesWithoutJobs) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.mode = mode});
    auto input = running.input<int>();
    auto mapped = input.stream.map([](int x) { return x; });
    running.collect(mapped);
    running.start();
    for (int i = 0; i < 20; ++i) {
      input.feed->skip();
      running.advance();
    }
    EXPECT_LE(kept(mapped).size(), 2u);
    running.stop();
  }
}

TEST(StreamNode, RefusesChainsThatAreTooDeep) {
  StreamTest running;
  auto stream = running.source<int>({});
  const std::string error = test::failureOf<IllegalArgument>([&] {
    for (int i = 0; i < 10'000; ++i) stream = stream.map([](int x) { return x + 1; });
  });
  EXPECT_NE(error.find("1001 operators deep"), std::string::npos) << error;
  EXPECT_NE(error.find("do in one function what several map() and filter() do"), std::string::npos) << error;
}

TEST(StreamNode, RefusesUnionsOneByOneWithTheirCure) {
  StreamTest running;
  const auto source = running.source<int>({});
  auto all = source;
  const std::string error = test::failureOf<IllegalArgument>([&] {
    for (int i = 0; i < 10'000; ++i) all = all.union_(source.filter([](int x) { return x > 0; }));
  });
  EXPECT_NE(error.find("1001 operators deep"), std::string::npos) << error;
  EXPECT_NE(error.find("unite all streams at once with StreamingContext::union_"), std::string::npos)
      << error;
}

TEST(StreamNode, RunsUnionsThatAreAsDeepAsTheyMay) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.shape = {.threads = 2}, .mode = mode});
    const auto source = running.source<int>(test::batches<int>({{1}, {2, 3}}));
    auto all = source;
    for (int i = 0; i < 998; ++i) all = all.union_(source);
    auto outputs = running.collect(all.reduce(std::plus<>()));
    running.run(2);
    EXPECT_EQ(outputs.records(), (std::vector<std::vector<int>>{{999}, {5 * 999}}));
  }
}

TEST(StreamNode, RunsOutputsAtEachStepOfADeepChain) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.shape = {.threads = 2}, .mode = mode});
    auto stream = running.source<int>(test::batches<int>({{1}}));
    std::vector<test::Outputs<int>> outputs;
    for (int i = 0; i < 998; ++i) {
      stream = stream.map([](int x) { return x + 1; });
      outputs.push_back(running.collect(stream));
    }
    running.run(1);
    for (int i = 0; i < 998; ++i)
      EXPECT_EQ(outputs[static_cast<std::size_t>(i)].records(), (std::vector<std::vector<int>>{{i + 2}}));
  }
}

TEST(StreamNode, IsAskedToRememberOnceForAllWaysToIt) {
  StreamTest running;
  const auto source = running.source<int>({});
  auto stream = source;
  Duration longest = Seconds(1);
  for (int i = 0; i < 40; ++i) {
    const Duration window = Seconds(std::int64_t{1} << i);
    stream = stream.union_(stream.window(window));
    longest = longest + window;
  }
  running.collect(stream);
  running.start();
  EXPECT_EQ(source.node()->rememberDuration(), longest);
  EXPECT_EQ(stream.node()->rememberDuration(), Seconds(1));
  running.stop();
}

TEST(StreamNode, IsToldOnceThatItIsReadEarly) {
  StreamTest running;
  auto stream = running.source<int>({});
  for (int i = 0; i < 60; ++i) stream = stream.union_(stream);
  running.collect(stream.transform([](const RDD<int>& rdd) { return rdd; }));
  running.start();
  EXPECT_EQ(running.context().graph()->reachable().size(), 63U)
      << "the source, unions, transform, and what collects";
  running.stop();
}

TEST(StreamNode, RunsChainsThatAreAsDeepAsTheyMay) {
  for (const StreamingMode mode : test::kModes) {
    StreamTest running({.shape = {.threads = 2}, .mode = mode});
    auto stream = running.source<int>(test::batches<int>({{1}}));
    for (int i = 0; i < 998; ++i) stream = stream.map([](int x) { return x + 1; });
    auto outputs = running.collect(stream);
    running.run(1);
    EXPECT_EQ(outputs.records(), (std::vector<std::vector<int>>{{999}}));
  }
}

TEST(StreamNode, CountsItsSlidesFromTimeZero) {
  StreamTest running({.now = 12'345});
  auto source = running.source<int>(test::batches<int>({{1}, {2}, {3}, {4}, {5}}));
  auto outputs = running.collect(source.window(Seconds(2), Seconds(2)));
  running.start();
  running.moveTo(13'000);
  running.advance(4);
  running.stop();
  EXPECT_EQ(outputs.times(), (Times{14'000, 16'000}));
  EXPECT_EQ(outputs.records(), (std::vector<std::vector<int>>{{1, 2}, {3, 4}}));
}

TEST(StreamNode, SlicesWithBothEnds) {
  StreamTest running({.now = 10'000});
  auto source = running.source<int>(test::batches<int>({{1}, {2}, {3}, {4}}));
  running.collect(source);
  running.context().remember(Seconds(100));
  running.start();
  running.advance(4);
  auto slice = [&](std::int64_t from, std::int64_t to) {
    return recordsOf(source.slice(Time(from), Time(to)));
  };
  EXPECT_EQ(slice(11'000, 13'000), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(slice(12'000, 12'000), (std::vector<int>{2}));
  EXPECT_EQ(slice(12'999, 13'999), (std::vector<int>{2, 3})) << "ends between slides are floored";
  EXPECT_EQ(slice(9'000, 10'000), std::vector<int>()) << "time zero gives nothing";
  EXPECT_EQ(slice(13'000, 11'000), std::vector<int>());
  EXPECT_EQ(recordsOf(source.slice(Interval(Time(12'000), Time(14'000)))), (std::vector<int>{2, 3, 4}));
  running.stop();
  EXPECT_THROW(slice(11'000, 12'000), IllegalState)
      << "the RDDs are there, but their SparkContext is stopped";
}

TEST(StreamNode, SlicesFromLongAgoAtOnce) {
  constexpr std::int64_t kToday = 1'763'712'000'000;
  StreamTest running({.now = kToday});
  auto source = running.source<int>(test::batches<int>({{1}, {2}}));
  running.collect(source);
  running.context().remember(Seconds(100));
  running.start();
  running.advance(2);
  EXPECT_EQ(recordsOf(source.slice(Time(0), Time(kToday + 2000))), (std::vector<int>{1, 2}));
  EXPECT_EQ(recordsOf(source.slice(Time(-1'000'000), Time(0))), std::vector<int>());
  running.stop();
}

TEST(StreamNode, KeepsWhatSomeoneMayAskFor) {
  StreamTest running;
  auto source = running.source<int>({});
  auto mapped = source.map([](int x) { return x; });
  auto window = mapped.window(Seconds(3), Seconds(2));
  auto beside = source.filter([](int) { return true; });
  running.collect(window);
  running.collect(beside);
  running.start();
  EXPECT_EQ(window.node()->rememberDuration(), Seconds(2));
  EXPECT_EQ(mapped.node()->rememberDuration(), Seconds(5));
  EXPECT_EQ(source.node()->rememberDuration(), Seconds(5));
  EXPECT_EQ(beside.node()->rememberDuration(), Seconds(1));
  running.advance(10);
  EXPECT_EQ(kept(mapped), (Times{6000, 7000, 8000, 9000, 10'000}));
  EXPECT_EQ(kept(source), kept(mapped));
  EXPECT_EQ(kept(window), (Times{10'000}));
  EXPECT_EQ(kept(beside), (Times{10'000}));
  running.stop();
}

TEST(StreamNode, RemembersTwoCheckpointIntervals) {
  StreamTest running;
  auto source = running.source<std::pair<int, int>>({});
  auto window = source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3), Seconds(1))
                    .checkpoint(Seconds(4));
  auto mapped = source.map([](const auto& kv) { return kv.first; }).checkpoint(Seconds(5));
  running.collect(window);
  running.collect(mapped);
  running.start();
  EXPECT_EQ(window.node()->rememberDuration(), Seconds(8));
  EXPECT_EQ(mapped.node()->rememberDuration(), Seconds(10));
  EXPECT_EQ(source.node()->rememberDuration(), Seconds(10));
  running.stop();
}

TEST(StreamNode, RefusesCheckpointIntervalsThatDoNotFit) {
  auto failure = [](Duration interval) {
    StreamTest running;
    running.collect(running.source<int>({}).window(Seconds(4), Seconds(2)).checkpoint(interval));
    return failureOf<IllegalArgument>([&] { running.start(); });
  };
  EXPECT_EQ(failure(Seconds(3)),
            "the checkpoint interval of window #1 is 3000 ms: it has to be a multiple of its slide, 2000 ms");
  EXPECT_EQ(failure(Seconds(1)),
            "the checkpoint interval of window #1 is 1000 ms: it has to be a multiple of its slide, 2000 ms");
  EXPECT_EQ(failure(Seconds(0)),
            "the checkpoint interval of window #1 is 0 ms: it has to be a multiple of its slide, 2000 ms");
}

TEST(StreamNode, NeedsADirectoryForItsCheckpoints) {
  StreamTest stateful;
  stateful.context().graph()->setCheckpointDirectory("");
  auto source = stateful.source<std::pair<int, int>>({});
  stateful.collect(source.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3), Seconds(1)));
  EXPECT_EQ(failureOf<IllegalArgument>([&] { stateful.start(); }),
            "reduceByKeyAndWindow #2 keeps state over batches and needs a checkpoint directory: call "
            "checkpoint(directory) on the StreamingContext before start()");

  StreamTest asked;
  asked.context().graph()->setCheckpointDirectory("");
  asked.collect(asked.source<int>({}).checkpoint(Seconds(2)));
  EXPECT_EQ(failureOf<IllegalArgument>([&] { asked.start(); }),
            "Test stream #0 has a checkpoint interval and needs a checkpoint directory: call "
            "checkpoint(directory) on "
            "the StreamingContext before start()");
}

TEST(StreamNode, CannotBePersistedOrCheckpointedAfterStart) {
  StreamTest running;
  auto source = running.source<int>({});
  running.collect(source);
  running.start();
  EXPECT_EQ(failureOf<Unsupported>([&] { source.persist(); }),
            "persist() of Test stream #0 after start(): set storage levels before it");
  EXPECT_EQ(failureOf<Unsupported>([&] { source.checkpoint(Seconds(5)); }),
            "checkpoint() of Test stream #0 after start(): set intervals before it");
  running.stop();
  EXPECT_THROW(source.cache(), Unsupported);
}

TEST(StreamNode, UnpersistsWhatItDropsUnlessToldNotTo) {
  for (bool unpersist : {true, false}) {
    StreamTest running({.conf = {{"spark.streaming.unpersist", unpersist ? "true" : "false"}}});
    std::vector<RDD<int>> seen;
    auto source = running.source<int>(test::batches<int>({{1}, {2}, {3}})).persist();
    source.foreachRDD([&](const RDD<int>& rdd) { seen.push_back(rdd); });
    running.run(3);
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].getStorageLevel(), unpersist ? StorageLevel::NONE : StorageLevel::MEMORY_ONLY_SER);
    EXPECT_EQ(seen[2].getStorageLevel(), StorageLevel::MEMORY_ONLY_SER);
  }
}

TEST(StreamNode, DropsNothingWhenABatchHasFailed) {
  StreamTest running;
  auto source = running.source<int>(test::batches<int>({{1}, {2}, {3}, {4}}));
  source.foreachRDD([](const RDD<int>&, Time time) {
    if (time == Time(2000)) throw std::runtime_error("not this one");
  });
  running.start();
  running.advance(2);
  EXPECT_EQ(kept(source), (Times{1000, 2000}));
  running.advance();
  EXPECT_EQ(kept(source), (Times{3000}));
  EXPECT_THROW(running.stop(), BatchFailure);
}

TEST(StreamNode, WhatAStateReadsIsNotKeptForItsCheckpoints) {
  using Counts = std::pair<int, int>;
  const auto sum = [](const std::vector<int>& values, std::optional<int> old) -> std::optional<int> {
    return old.value_or(0) + static_cast<int>(values.size());
  };
  StreamTest running;
  auto first = running.source<Counts>({}), second = running.source<Counts>({}),
       third = running.source<Counts>({}), fourth = running.source<Counts>({});
  auto states = first.updateStateByKey(sum).checkpoint(Seconds(40));
  auto window =
      second.reduceByKeyAndWindow(std::plus<>{}, std::minus<>{}, Seconds(3)).checkpoint(Seconds(40));
  auto mapped =
      third.mapWithState(StateSpec::function(+[](int key, std::optional<int> value, State<int>& state) {
        state.update(*value);
        return key;
      }));
  running.collect(states);
  running.collect(window);
  running.collect(mapped);
  running.collect(fourth.updateStateByKey<int>([](auto&) { return std::vector<Counts>(); }, 1, true)
                      .checkpoint(Seconds(40)));
  running.start();
  EXPECT_EQ(states.node()->rememberDuration(), Seconds(80));
  EXPECT_EQ(first.node()->rememberDuration(), Seconds(1));
  EXPECT_EQ(second.node()->rememberDuration(), Seconds(4));
  EXPECT_EQ(third.node()->rememberDuration(), Seconds(1));
  EXPECT_EQ(fourth.node()->rememberDuration(), Seconds(1));
  running.stop();
}

TEST(StreamNode, ACheckpointIntervalMayBeAsLongAsADuration) {
  constexpr Duration kEver(std::numeric_limits<std::int64_t>::max() / 1000 * 1000);
  StreamTest running;
  auto source = running.source<int>(test::batches<int>({{1}, {2}}));
  auto mapped = source.map([](int x) { return x; }).checkpoint(kEver);
  auto outputs = running.collect(mapped);
  running.context().remember(Duration(std::numeric_limits<std::int64_t>::max()));
  running.start();
  running.advance(3);
  EXPECT_EQ(kept(mapped), (Times{1000, 2000, 3000}));
  EXPECT_EQ(outputs.records(), (std::vector<std::vector<int>>{{1}, {2}, {}}));
  running.stop();
}

}  // namespace
}  // namespace millrace::core
