#include <millrace/dstream/state/keyed_states.hpp>

#include "contexts/observed.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Named = std::pair<std::string, int>;
using Strings = std::vector<std::string>;

int sumByName(std::string, std::optional<int> value, State<int>& state) {
  state.update(state.getOption().value_or(0) + value.value_or(0));
  return state.get();
}

/// Says when it is called: "a at 1000", or "a idle at 3000".
std::optional<std::string> watched(Time time, std::string key, std::optional<int> value, State<int>& state) {
  if (!state.isTimingOut()) state.update(*value);
  return key + (state.isTimingOut() ? " idle at " : " at ") + std::to_string(time.milliseconds());
}

TEST(States, AreKeptFromBatchToBatch) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Named>(1);
    auto sums = pairs.stream.mapWithState(StateSpec::function(&sumByName).numPartitions(3));
    auto emitted = running.collect(sums.map([](int x) { return x; }));
    auto snapshots = running.collect(sums.stateSnapshots());
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}, {"a", 3}}), closeBatch(),
                  expectAnyOrder(emitted, {1, 2, 4}), expectAnyOrder(snapshots, {{"a", 4}, {"b", 2}}),
                  closeBatch(), expect(emitted, {}), expectAnyOrder(snapshots, {{"a", 4}, {"b", 2}}),
                  addData(pairs, {{"a", 10}}), closeBatch(), expect(emitted, {14}),
                  expectAnyOrder(snapshots, {{"a", 14}, {"b", 2}}), stop()});
    EXPECT_EQ(emitted.all()[0].partitions.size(), 3U);
    EXPECT_EQ(snapshots.all()[0].partitions.size(), 3U);
  });
}

TEST(States, RecordsOfAKeyComeInOrder) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.receiver<Named>();
    auto last = [](std::string, std::optional<int> value, State<int>& state) {
      int before = state.getOption().value_or(0);
      state.update(*value);
      return std::pair(before, *value);
    };
    auto emitted = running.collect(pairs.stream.mapWithState(StateSpec::function(last)));
    running.play({start(), addData(pairs, {{"a", 1}, {"a", 2}}), addData(pairs, {{"a", 3}}), closeBatch(),
                  expect(emitted, {{0, 1}, {1, 2}, {2, 3}}), addData(pairs, {{"a", 4}}), closeBatch(),
                  expect(emitted, {{3, 4}}), stop()});
  });
}

TEST(States, BeginWithWhatIsGiven) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Named>(1);
    auto initial = running.context().sparkContext().parallelize(std::vector<Named>{{"a", 100}, {"z", 5}}, 2);
    auto sums = pairs.stream.mapWithState(StateSpec::function(&sumByName).initialState(initial));
    auto emitted = running.collect(sums);
    auto snapshots = running.collect(sums.stateSnapshots());
    running.play({start(), closeBatch(), expect(emitted, {}),
                  expectAnyOrder(snapshots, {{"a", 100}, {"z", 5}}), addData(pairs, {{"a", 1}}), closeBatch(),
                  expect(emitted, {101}), expectAnyOrder(snapshots, {{"a", 101}, {"z", 5}}), stop()});
  });
}

TEST(States, DoNotBeginWithAnRddOfAStoppedContext) {
  inBothModes([](const StreamOptions& options) {
    using Begin = std::function<DStream<Named>(const DStream<Named>&, const RDD<Named>&)>;
    const std::vector<std::pair<std::string, Begin>> begins{
        {"mapWithState #1",
         [](const auto& pairs, const auto& initial) {
           return pairs.mapWithState(StateSpec::function(&sumByName).initialState(initial)).stateSnapshots();
         }},
        {"updateStateByKey #1",
         [](const auto& pairs, const auto& initial) {
           auto keep = [](std::span<const int>, std::optional<int> old) { return old; };
           return pairs.updateStateByKey(keep, 2, initial);
         }},
        {"updateStateByKey #1", [](const auto& pairs, const auto& initial) {
           auto none = [](auto&) { return std::vector<Named>(); };
           return pairs.template updateStateByKey<int>(none, 2, true, initial);
         }}};
    for (const auto& [name, begin] : begins) {
      StreamTest running(options);
      const SparkContext other(SparkConf().setMaster("local"));
      auto initial = other.parallelize(std::vector<Named>{{"a", 100}}, 1);
      auto states = running.collect(begin(running.input<Named>(1).stream, initial));
      other.stop();
      try {
        running.start();
        FAIL() << name << " began";
      } catch (const IllegalState& error) {
        EXPECT_EQ(error.what(), name +
                                    " was given an RDD of a SparkContext that has been stopped: make it on "
                                    "the context of the stream");
      }
    }
  });
}

TEST(States, IdleOnesEndAtTheMarkerOfACheckpoint) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Named>(1);
    auto states = pairs.stream.mapWithState(StateSpec::function(&watched).timeout(Milliseconds(1500)));
    states.checkpoint(Seconds(2));
    auto emitted = running.collect(states);
    auto snapshots = running.collect(states.stateSnapshots());
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 1}}), closeBatch(),
                  expectAnyOrder(emitted, {"a at 1000", "b at 1000"}), closeBatch(), expect(emitted, {}),
                  addData(pairs, {{"b", 2}}), closeBatch(), expect(emitted, {"b at 3000"}), closeBatch(),
                  expect(emitted, {"a idle at 4000"}), addData(pairs, {{"a", 3}}), closeBatch(),
                  expect(emitted, {"a at 5000"}), closeBatch(), expect(emitted, {"b idle at 6000"}), stop()});
    std::vector<std::vector<Named>> expected{{{"a", 1}, {"b", 1}}, {{"a", 1}, {"b", 1}}, {{"a", 1}, {"b", 2}},
                                             {{"b", 2}},           {{"a", 3}, {"b", 2}}, {{"a", 3}}};
    EXPECT_EQ(snapshots.sorted(), expected);
  });
}

// The clock jumps: at most ten ticks are made up, the rest is skipped, and with it the one of the checkpoint.
TEST(States, IdleOnesEndAfterSkippedTicks) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Named>(1);
    auto states = pairs.stream.mapWithState(StateSpec::function(&watched).timeout(Seconds(15)));
    states.checkpoint(Seconds(20));
    auto emitted = running.collect(states);
    auto snapshots = running.collect(states.stateSnapshots());
    running.start();
    pairs.feed->add({{"a", 1}});
    running.advance();
    running.moveTo(35'000);
    pairs.feed->add({{"b", 1}});
    running.advance();
    running.stop();
    EXPECT_LT(emitted.times().size(), 36U) << "some were skipped";
    const auto all = emitted.records();
    EXPECT_EQ(std::ranges::count(all, Strings{"a idle at 35000"}), 1);
    EXPECT_EQ(all.back(), Strings{"b at 36000"});
    EXPECT_EQ(snapshots.sorted().back(), (std::vector<Named>{{"b", 1}}));
  });
}

TEST(States, TimeOutsComeAfterTheRecordsOfTheirEpoch) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.receiver<Named>();
    auto states =
        pairs.stream.mapWithState(StateSpec::function(&watched).timeout(Milliseconds(500)).numPartitions(1));
    states.checkpoint(Seconds(2));
    auto emitted = running.collect(states);
    running.play({start(), addData(pairs, {{"a", 1}}), closeBatch(), expect(emitted, {"a at 1000"}),
                  addData(pairs, {{"b", 1}}), closeBatch(), expect(emitted, {"b at 2000", "a idle at 2000"}),
                  stop()});
  });
}

TEST(States, KnowTheTimeOfTheFirstEpochBeforeItsMarker) {
  inBothModes([](StreamOptions options) {
    options.now = 1388354300500;
    StreamTest running(options);
    auto pairs = running.receiver<Named>();
    auto emitted = running.collect(pairs.stream.mapWithState(StateSpec::function(&watched)));
    running.play({start(), addData(pairs, {{"a", 1}}), closeBatch(), expect(emitted, {"a at 1388354301000"}),
                  addData(pairs, {{"a", 1}}), closeBatch(), expect(emitted, {"a at 1388354302000"}), stop()});
  });
}

// One sender of an epoch is stuck, while the other one has sent records of the next.
TEST(States, HoldBackWhatIsAhead) {
  StreamTest running({.shape = {.partitions = 2, .threads = 2}, .mode = StreamingMode::kContinuous});
  auto gate = Gate::make();
  Happenings later;
  auto pairs = running.input<Named>(2);
  auto passed = pairs.stream.map([&, gate](const Named& pair) {
    if (pair.second == 1) gate->pass();
    if (pair.first == "b") later.add("the first of the third epoch");
    return pair;
  });
  auto snapshots = running.collect(passed.mapWithState(StateSpec::function(&sumByName)).stateSnapshots());
  running.play({start(), addData(pairs, {{"a", 1}, {"a", 10}}), tick(),
                addData(pairs, {{"a", 100}, {"a", 1000}}), tick(), addData(pairs, {{"b", 0}, {"b", 0}}),
                tick(), then([&] {
                  later.await(1);
                  gate->open();
                  running.moveTo(3000);
                }),
                expect(snapshots, {{"a", 11}}), expect(snapshots, {{"a", 1111}}),
                expectAnyOrder(snapshots, {{"a", 1111}, {"b", 0}}), stop()});
}

TEST(States, InAContinuousRunTheyChangeAndEmitAtOnce) {
  struct Log {
    std::mutex mutex;
    std::vector<int> seen;
  };
  StreamTest running({.mode = StreamingMode::kContinuous});
  auto log = std::make_shared<Log>();
  auto pairs = running.receiver<Named>();
  pairs.stream.mapWithState(StateSpec::function(&sumByName)).foreach ([log](int x) {
    std::lock_guard lock(log->mutex);
    log->seen.push_back(x);
  });
  auto expectSeen = [&](std::vector<int> expected) {
    return then([log, expected] { EXPECT_EQ(log->seen, expected); });
  };
  running.play({start(), addData(pairs, {{"a", 1}}), expectSeen({1}), addData(pairs, {{"a", 2}}),
                expectSeen({1, 3}), closeBatch(), expectSeen({1, 3}), addData(pairs, {{"a", 3}}),
                expectSeen({1, 3, 6}), stop()});
}

}  // namespace
}  // namespace millrace
