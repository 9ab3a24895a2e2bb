#include <millrace/dstream/ops/update_state_by_key.hpp>

#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/ops.hpp>

#include "support/counted.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Pair = std::pair<std::string, int>;
using View = std::pair<std::string_view, int>;

using Strings = std::vector<std::string>;

std::optional<int> sum(std::span<const int> values, std::optional<int> old) {
  int all = old.value_or(0);
  for (int value : values) all += value;
  return all < 0 ? std::nullopt : std::optional(all);
}

TEST(UpdateStateByKey, IsCalledForEveryKeyInEveryBatch) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<View>();
    auto calls = running.collect(pairs.stream.updateStateByKey(
        [](const std::vector<int>& values, const std::optional<int>& old) -> std::optional<int> {
          return old.value_or(0) + 100 + static_cast<int>(values.size());
        },
        3));
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}, {"a", 3}}), closeBatch(),
                  expectAnyOrder(calls, {{"a", 102}, {"b", 101}}), closeBatch(),
                  expectAnyOrder(calls, {{"a", 202}, {"b", 201}}), noRdd(pairs), closeBatch(),
                  expectAnyOrder(calls, {{"a", 302}, {"b", 301}}),
                  addData(pairs, {{"a key beyond twelve bytes", 1}}), closeBatch(),
                  expectAnyOrder(calls, {{"a", 402}, {"b", 401}, {"a key beyond twelve bytes", 101}}),
                  stop()});
    EXPECT_EQ(calls.all()[0].partitions.size(), 3U);
  });
}

TEST(UpdateStateByKey, DropsKeysThatGetNothing) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto sums = running.collect(pairs.stream.updateStateByKey(&sum));
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}, {"c", -1}}), closeBatch(),
                  expectAnyOrder(sums, {{"a", 1}, {"b", 2}}), addData(pairs, {{"a", -5}}), closeBatch(),
                  expect(sums, {{"b", 2}}), addData(pairs, {{"a", 4}}), closeBatch(),
                  expectAnyOrder(sums, {{"a", 4}, {"b", 2}}), stop()});
  });
}

TEST(UpdateStateByKey, BeginsWithTheFirstRdd) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto initial = running.context().sparkContext().parallelize(std::vector<Pair>{{"a", 10}, {"z", 7}}, 2);
    auto sums = running.collect(pairs.stream.updateStateByKey(&sum, 2, initial));
    running.play({start(), noRdd(pairs), closeBatch(), expectNothing(sums), addData(pairs, {{"a", 1}}),
                  closeBatch(), expectAnyOrder(sums, {{"a", 11}, {"z", 7}}), noRdd(pairs), closeBatch(),
                  expectAnyOrder(sums, {{"a", 11}, {"z", 7}}), stop()});
  });
}

TEST(UpdateStateByKey, TakesOneOfSeveralInitialStates) {
  StreamTest running;
  auto initial = running.context().sparkContext().parallelize(std::vector<Pair>{{"a", 10}, {"a", 20}}, 1);
  auto sums = running.collect(running.source<Pair>({}).updateStateByKey(&sum, 1, initial));
  running.run(2);
  EXPECT_EQ(sums.records(), (std::vector<std::vector<Pair>>{{{"a", 10}}, {{"a", 10}}}));
}

TEST(UpdateStateByKey, MayKnowTheTimeAndTheKey) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto texts = running.collect(pairs.stream.updateStateByKey(
        [](Time time, const std::string& key, std::span<const int> values,
           std::optional<std::string> old) -> std::optional<std::string> {
          return old.value_or(key) + (values.empty() ? "" : "@" + std::to_string(time.milliseconds()));
        },
        HashPartitioner(2), false));
    running.play({start(), addData(pairs, {{"a", 1}}), closeBatch(), expect(texts, {{"a", "a@1000"}}),
                  closeBatch(), expect(texts, {{"a", "a@1000"}}), addData(pairs, {{"a", 1}}), closeBatch(),
                  expect(texts, {{"a", "a@1000@3000"}}), stop()});
  });
}

TEST(UpdateStateByKey, MayUpdateWholePartitions) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto initial = running.context().sparkContext().parallelize(std::vector<Pair>{{"z", 7}}, 1);
    auto sums = running.collect(pairs.stream.updateStateByKey<int>(
        [](auto& entries) {
          std::vector<Pair> states;
          for (auto& [key, values, state] : entries) {
            int all = state.value_or(0);
            for (int value : values) all += value;
            if (all < 100) states.emplace_back(key, all);
          }
          return states;
        },
        2, true, initial));
    running.play({start(), addData(pairs, {{"a", 1}, {"b", 2}, {"a", 3}}), closeBatch(),
                  expectAnyOrder(sums, {{"a", 4}, {"b", 2}, {"z", 7}}), noRdd(pairs), closeBatch(),
                  expectAnyOrder(sums, {{"a", 4}, {"b", 2}, {"z", 7}}), addData(pairs, {{"b", 100}}),
                  closeBatch(), expectAnyOrder(sums, {{"a", 4}, {"z", 7}}), stop()});
  });
}

TEST(UpdateStateByKey, BringsKeysThatChangeToTheirPartitions) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.input<std::pair<int, int>>();
    auto shifted = running.collect(numbers.stream.updateStateByKey<int>(
        [](auto& entries) {
          std::vector<std::pair<int, int>> states;
          for (auto& [key, values, state] : entries)
            states.emplace_back(key + 1, state.value_or(0) + static_cast<int>(values.size()));
          return states;
        },
        3, false));
    running.play({start(), addData(numbers, {{1, 0}, {2, 0}, {9, 0}}), closeBatch(),
                  expectAnyOrder(shifted, {{2, 1}, {3, 1}, {10, 1}}), addData(numbers, {{3, 0}}),
                  closeBatch(), expectAnyOrder(shifted, {{3, 1}, {4, 2}, {11, 1}}), closeBatch(),
                  expectAnyOrder(shifted, {{4, 1}, {5, 2}, {12, 1}}), stop()});
  });
}

TEST(UpdateStateByKey, TellsWhetherItsPartitionerIsRight) {
  StreamTest running;
  auto pairs = running.source<Pair>({});
  std::vector<bool> known;
  auto look = [&](const RDD<Pair>& rdd) { known.push_back(rdd.partitioner().has_value()); };
  pairs.updateStateByKey(&sum, 2, true).foreachRDD(look);
  pairs.updateStateByKey(&sum, 2, false).foreachRDD(look);
  running.run(1);
  EXPECT_EQ(known, (std::vector<bool>{true, false}));
}

int refuseThirteen(int value) {
  if (value == 13) throw std::runtime_error("thirteen");
  return value;
}

TEST(UpdateStateByKey, IsOverWhenItsFunctionThrows) {
  using Pairs = DStream<Pair>;
  auto byKey = [](const Pairs& pairs) {
    return pairs.updateStateByKey(
        [](std::span<const int> values, std::optional<int> old) {
          for (int value : values) old = old.value_or(0) + refuseThirteen(value);
          return old;
        },
        1);
  };
  auto byPartition = [](const Pairs& pairs) {
    return pairs.updateStateByKey<int>(
        [](auto& entries) {
          std::vector<Pair> sums;
          for (auto& [key, values, old] : entries) {
            for (int value : values) old = old.value_or(0) + refuseThirteen(value);
            sums.emplace_back(key, *old);
          }
          return sums;
        },
        1);
  };
  for (const auto& states : {std::function<Pairs(const Pairs&)>(byKey), {byPartition}}) {
    inBothModes([&](const StreamOptions& options) {
      StreamTest running(options);
      auto pairs = running.source<Pair>(batches<Pair>({{{"a", 1}}, {{"b", 13}}, {{"c", 1}}}));
      auto sums = running.collect(states(pairs));
      EXPECT_EQ(running.failureOf(3),
                "batch 3000 ms, foreachRDD #2: updateStateByKey #1 failed in partition 0: thirteen");
      EXPECT_EQ(sums.records(), (std::vector<std::vector<Pair>>{{{"a", 1}}}));
    });
  }
}

TEST(UpdateStateByKey, CanBeKeptAndSliced) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto pairs = running.input<Pair>();
    auto states = pairs.stream.updateStateByKey(&sum);
    states.persist();
    std::vector<RDD<Pair>> kept;
    states.foreachRDD([&](const RDD<Pair>& rdd) { kept.push_back(rdd); });
    running.play(
        {start(), addData(pairs, {{"a", 1}}), closeBatch(), addData(pairs, {{"a", 1}}), closeBatch(2)});
    std::vector<Pair> sliced;
    for (const auto& rdd : states.slice(Time(1000), Time(3000))) {
      for (const Pair& pair : rdd.collect()) sliced.push_back(pair);
    }
    EXPECT_EQ(sliced, (std::vector<Pair>{{"a", 1}, {"a", 2}, {"a", 2}}));
    EXPECT_EQ(kept[0].collect(), (std::vector<Pair>{{"a", 1}}));
    running.play({stop()});
  });
}

// Checkpoints make it remember the RDDs of twenty batches: their states must not stay with them.
TEST(UpdateStateByKey, LetsGoOfTheStatesBefore) {
  using Numbers = DStream<std::pair<int, int>>;
  using States = DStream<std::pair<int, Counted>>;
  auto keyByKey = [](const Numbers& numbers) -> States {
    return numbers.updateStateByKey([](std::span<const int>, std::optional<Counted> old) {
      return std::optional(old.value_or(Counted()));
    });
  };
  auto byPartition = [](const Numbers& numbers) -> States {
    return numbers.updateStateByKey<Counted>(
        [](auto& entries) {
          std::vector<std::pair<int, Counted>> states;
          for (auto& [key, values, state] : entries) states.emplace_back(key, state.value_or(Counted()));
          return states;
        },
        2, true);
  };
  for (const auto& update :
       std::initializer_list<std::function<States(const Numbers&)>>{keyByKey, byPartition}) {
    const long before = Counted::live();
    StreamTest running;
    update(running.source<std::pair<int, int>>(batches<std::pair<int, int>>({{{1, 0}, {2, 0}, {3, 0}}})))
        .foreachRDD([](const auto& rdd) { rdd.count(); });
    running.start();
    for (int batch = 1; batch <= 15; ++batch) {
      running.advance();
      EXPECT_EQ(Counted::live() - before, 3) << "batch " << batch;
    }
    running.stop();
  }
}

TEST(UpdateStateByKey, NeedsACheckpointDirectory) {
  StreamTest running;
  running.context().graph()->setCheckpointDirectory("");
  auto states = running.source<Pair>({}).updateStateByKey(&sum);
  running.collect(states);
  EXPECT_THROW(running.start(), IllegalArgument);

  StreamTest other;
  auto sums = other.source<Pair>({}).updateStateByKey(&sum);
  other.collect(sums);
  other.start();
  EXPECT_EQ(sums.node()->checkpointInterval(), Seconds(10));
  EXPECT_EQ(sums.node()->storageLevel(), StorageLevel::MEMORY_ONLY_SER);
  other.stop();
}

TEST(UpdateStateByKey, PassesOverItsStatesOncePerBatchAndNotForSkippedTicks) {
  for (StreamingMode mode : kModes) {
    StreamTest running({.mode = mode});
    std::atomic<int> calls = 0;
    auto outputs =
        running.collect(running.source<Pair>(batches<Pair>({{{"a", 1}}}))
                            .updateStateByKey([&calls](const std::vector<int>& values,
                                                       std::optional<int> old) -> std::optional<int> {
                              ++calls;
                              return old.value_or(0) + static_cast<int>(values.size());
                            }));
    running.start();
    running.advance();
    running.moveTo(5'000'000);
    running.stop();
    EXPECT_EQ(calls, static_cast<int>(outputs.all().size())) << "one for each batch";
    EXPECT_LT(calls, 40);
    EXPECT_EQ(outputs.all().back().records(), (std::vector<Pair>{{"a", 1}}));
  }
}

}  // namespace
}  // namespace millrace
