#include <millrace/continuous/epoch_rdds.hpp>
#include <millrace/continuous/live_graph.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include "continuous/plans.hpp"

#include <millrace/dstream/core/stream_graph.hpp>

#include "contexts/inputs.hpp"
#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using core::Epoch;
using Ints = std::vector<int>;
using Pair = std::pair<int, int>;
using test::Gate;

class LiveGraphTest : public testing::Test {
 protected:
  static constexpr int kCells = 2;

  template <class T>
  static void seen(const DStream<T>& stream) {
    stream.foreachRDD([](const RDD<T>&) {});
  }
  core::LiveGraph& live() {
    if (!live_) {
      live_ = std::make_unique<core::LiveGraph>(
          test::lowered(program), core::threadTaskPool(2), kCells, Time(0), Time(0), Seconds(1),
          [this](Epoch epoch, core::EpochResult result) {
            std::lock_guard lock(mutex_);
            harvests_[epoch] = std::move(result);
            closed.add(std::to_string(epoch));
          },
          [this](std::exception_ptr failure, Epoch epoch) {
            failed.add("epoch " + std::to_string(epoch) + ": " + core::describeException(failure));
          });
    }
    return *live_;
  }
  Epoch begin() { return live().epochs().begin(Time(1000 * ++begun_)); }
  void feed(std::size_t source, const Ints& records, std::stop_token stop = {}) {
    live().feed(source, 0, test::blockOfRecords(records), stop);
  }
  core::NodePtr rdd(const Ints& records, int partitions) {
    return test::rddOf<int>(program.context().graph()->engine(), records, partitions).node();
  }
  /// What a sink of a stream got in an epoch, by partition.
  template <class T>
  std::vector<std::vector<T>> gathered(const DStream<T>& stream, Epoch epoch) {
    std::lock_guard lock(mutex_);
    std::vector<std::vector<T>> all;
    const auto& sinks = live().plan().sinks;
    for (std::size_t i = 0; i < sinks.size(); ++i) {
      if (sinks[i].target != stream.node()) continue;
      for (const auto& [key, partition] : harvests_.at(epoch).sinks[i])
        all.push_back(test::recordsOf<T>(partition.block));
    }
    return all;
  }
  /// Feeds blocks faster than they are worked off at the end of `way`: while the k-th is, no more than k + 1 were let in.
  template <class Way>
  void expectTwoOnTheirWay(Way way) {
    constexpr int kBlocks = 300, kRecords = 1500;
    std::atomic<int> fed = 0, done = 0, most = 0;
    seen(way(program.source<int>({})).map([&](int x) {
      int block = done++ / kRecords;
      most = std::max<int>(most, fed - block);
      return x;
    }));
    auto block = test::blockOfRecords(Ints(kRecords, 7));
    for (; fed < kBlocks; ++fed) live().feed(0, 0, block, {});
    live().mark(0, begin(), 1);
    closed.await(1);
    EXPECT_EQ(done, kBlocks * kRecords);
    EXPECT_EQ(most, 2);
  }
  static Ints sorted(const std::vector<Ints>& partitions) {
    Ints all;
    for (const Ints& partition : partitions) all.insert(all.end(), partition.begin(), partition.end());
    std::ranges::sort(all);
    return all;
  }

  test::Happenings closed, failed;
  test::StreamTest program;

 private:
  std::mutex mutex_;
  std::map<Epoch, core::EpochResult> harvests_;
  int begun_ = 0;
  std::unique_ptr<core::LiveGraph> live_;
};

TEST_F(LiveGraphTest, WhatIsFedBeforeAMarkerBelongsToItsEpoch) {
  auto end = program.source<int>({}).map([](int x) { return x + 1; });
  seen(end);
  feed(0, {1, 2});
  feed(0, {3});
  live().mark(0, begin(), 1);
  feed(0, {4});
  live().mark(0, begin(), 1);
  closed.await(2);
  EXPECT_EQ(gathered(end, 0), (std::vector<Ints>{{2, 3, 4}}));
  EXPECT_EQ(gathered(end, 1), (std::vector<Ints>{{5}}));
}

TEST_F(LiveGraphTest, PartitionsOfAnRddKeepTheirNumbers) {
  auto end = program.source<int>({}).map([](int x) { return x; });
  seen(end);
  Epoch epoch = begin();
  live().feed(0, rdd({1, 2, 3, 4, 5}, 5), epoch);
  live().mark(0, epoch, 5);
  closed.await(1);
  EXPECT_EQ(gathered(end, epoch), (std::vector<Ints>{{1}, {2}, {3}, {4}, {5}}));
}

TEST_F(LiveGraphTest, PartsOfAnEpochGetThePlacesThatItsMarkerNames) {
  auto end = program.source<int>({}).map([](int x) { return x; });
  seen(end);
  live().feedPart(0, rdd({5, 6}, 2), 0);
  live().feedPart(0, rdd({1, 2, 3}, 3), 2);
  live().feedPart(0, rdd({4}, 1), 5);
  live().markParts(0, begin(), {4, 5, 0, 1, 2, 3});
  live().feedPart(0, rdd({7}, 1), 0);
  live().markParts(0, begin(), {0});
  closed.await(2);
  EXPECT_EQ(gathered(end, 0), (std::vector<Ints>{{1}, {2}, {3}, {4}, {5}, {6}}));
  EXPECT_EQ(gathered(end, 1), (std::vector<Ints>{{7}}));
}

TEST_F(LiveGraphTest, AnEpochWithoutPartitionsIsClosedToo) {
  auto end = program.source<int>({}).map([](int x) { return x; });
  seen(end);
  live().mark(0, begin(), 0);
  closed.await(1);
  EXPECT_EQ(gathered(end, 0), std::vector<Ints>{});
}

TEST_F(LiveGraphTest, AnEpochWaitsForTheMarkersOfAllSources) {
  auto busy = program.source<int>({}), idle = program.source<int>({});
  seen(busy.union_(idle));
  Epoch epoch = begin();
  feed(0, {1});
  live().mark(0, epoch, 1);
  EXPECT_FALSE(live().epochs().awaitFewerThan(1, std::chrono::steady_clock::now()));
  live().mark(1, epoch, 1);
  EXPECT_EQ(closed.await(1).size(), 1U);
}

TEST_F(LiveGraphTest, ASourceMayRunAheadOfAnother) {
  auto quick = program.source<int>({}), slow = program.source<int>({});
  auto end = quick.union_(slow).repartition(3);
  seen(end);
  std::vector<Epoch> epochs{begin(), begin(), begin()};
  for (Epoch epoch : epochs) {
    feed(0, {static_cast<int>(epoch)});
    live().mark(0, epoch, 1);
  }
  for (Epoch epoch : epochs) {
    feed(1, {static_cast<int>(10 + epoch)});
    live().mark(1, epoch, 1);
  }
  EXPECT_EQ(closed.await(3), (std::vector<std::string>{"0", "1", "2"}));
  for (Epoch epoch : epochs)
    EXPECT_EQ(sorted(gathered(end, epoch)), (Ints{static_cast<int>(epoch), static_cast<int>(10 + epoch)}));
}

// S senders, P cells: each cell closes an epoch after S markers, and none too early.
TEST_F(LiveGraphTest, ExchangesOfManyEdgesCountTheirMarkers) {
  constexpr int kEpochs = 40, kPartitions = 7;
  auto first = program.source<int>({}), second = program.source<int>({});
  auto once = first.union_(second).repartition(5);
  auto end = once.map([](int x) { return x; }).repartition(3);
  seen(end);
  std::multiset<int> sent[kEpochs];
  std::vector<Epoch> epochs;
  for (int i = 0; i < kEpochs; ++i) {
    Epoch epoch = begin();
    epochs.push_back(epoch);
    for (std::size_t source : {0, 1}) {
      Ints records;
      for (int r = 0; r < 97 + i; ++r) records.push_back(i * 1000 + r);
      for (int r : records) sent[i].insert(r);
      live().feed(source, rdd(records, kPartitions), epoch);
      live().mark(source, epoch, kPartitions);
    }
  }
  closed.await(kEpochs);
  EXPECT_TRUE(failed.all().empty());
  for (int i = 0; i < kEpochs; ++i) {
    auto partitions = gathered(end, epochs[static_cast<std::size_t>(i)]);
    EXPECT_EQ(partitions.size(), 3U);
    EXPECT_EQ(sorted(partitions), Ints(sent[i].begin(), sent[i].end())) << "epoch " << i;
  }
}

TEST_F(LiveGraphTest, AStateTakesNothingOfALaterEpochBeforeItsTime) {
  auto order = std::make_shared<test::Happenings>();
  auto sum = [order](Time time, int key, std::optional<int> value, State<int>& state) -> std::optional<Pair> {
    order->add(std::to_string(time.milliseconds()) + ": " + std::to_string(*value));
    state.update(state.getOption().value_or(0) + *value);
    return Pair(key, state.get());
  };
  auto quick = program.source<int>({}), slow = program.source<int>({});
  auto sums = quick.union_(slow)
                  .map([](int x) { return Pair(0, x); })
                  .mapWithState(StateSpec::function(sum).numPartitions(1));
  seen(sums);
  Epoch first = begin(), second = begin();
  feed(0, {1});
  live().mark(0, first, 1);
  feed(0, {100});
  live().mark(0, second, 1);
  feed(1, {2});
  live().mark(1, first, 1);
  live().mark(1, second, 1);
  closed.await(2);
  EXPECT_EQ(order->all(), (std::vector<std::string>{"1000: 1", "1000: 2", "2000: 100"}));
}

TEST_F(LiveGraphTest, TwoBlocksOfASourceMayBeOnTheirWay) {
  expectTwoOnTheirWay([](const DStream<int>& stream) { return stream; });
}

TEST_F(LiveGraphTest, ABlockIsOnItsWayAsLongAsSomethingOfItIs) {
  expectTwoOnTheirWay([](const DStream<int>& stream) { return stream.repartition(1); });
}

TEST_F(LiveGraphTest, AStopEndsTheWaitForACredit) {
  auto gate = Gate::make();
  auto end = program.source<int>({}).map([gate](int x) {
    gate->pass();
    return x;
  });
  seen(end);
  feed(0, Ints(1500, 7));
  feed(0, Ints(1500, 8));
  gate->awaitArrivals(1);
  std::stop_source stop;
  std::jthread feeding([&] { feed(0, Ints(1500, 9), stop.get_token()); });
  stop.request_stop();
  feeding.join();
  gate->open();
  live().mark(0, begin(), 1);
  closed.await(1);
  EXPECT_EQ(gathered(end, 0)[0].size(), 3000U) << "the third was dropped";
}

TEST_F(LiveGraphTest, MarkersNeedNoCredit) {
  auto gate = Gate::make();
  auto end = program.source<int>({}).map([gate](int x) {
    gate->pass();
    return x;
  });
  seen(end);
  feed(0, Ints(1500, 7));
  feed(0, Ints(1500, 8));
  gate->awaitArrivals(1);
  for (int i = 0; i < 4; ++i) live().mark(0, begin(), 1);
  EXPECT_TRUE(closed.all().empty());
  gate->open();
  closed.await(4);
  EXPECT_EQ(gathered(end, 0)[0].size(), 3000U);
  EXPECT_EQ(gathered(end, 1), std::vector<Ints>{{}});
}

TEST_F(LiveGraphTest, AFailureNamesOperatorPartitionAndEpochAndEndsTheGraph) {
  std::atomic<int> callsAfterwards = 0;
  seen(program.source<int>({}).map([&](int x) {
    if (x > 4) ++callsAfterwards;
    if (x == 4) throw std::runtime_error("four is refused");
    return x;
  }));
  live().mark(0, begin(), 0);
  Epoch epoch = begin();
  live().feed(0, rdd({1, 2, 3, 4}, 4), epoch);
  live().mark(0, epoch, 4);
  EXPECT_EQ(failed.await(1)[0], "epoch 1: map #1 failed in partition 3: four is refused");
  feed(0, {5});
  feed(0, {6});
  feed(0, {7});
  live().mark(0, begin(), 1);
  EXPECT_EQ(callsAfterwards, 0) << "it takes everything and gives nothing";
  EXPECT_EQ(failed.all().size(), 1U);
  EXPECT_FALSE(live().epochs().awaitFewerThan(100, test::soon())) << "who waits is told";
  EXPECT_EQ(closed.all(), std::vector<std::string>{"0"});
}

TEST_F(LiveGraphTest, ItsFunctionsRunOnChunksOfTheEnginesSize) {
  test::StreamTest small({.shape = {.chunkSize = 3}});
  std::atomic<std::size_t> seenSize = 0;
  seen(small.source<int>({}).map([&](int x) {
    seenSize = core::chunkSize();
    return x;
  }));
  core::LiveGraph graph(
      test::lowered(small), core::threadTaskPool(1), 1, Time(0), Time(0), Seconds(1),
      [](Epoch, const core::EpochResult&) {}, [](std::exception_ptr, Epoch) {});
  graph.feed(0, 0, test::blockOfRecords(Ints{1}), {});
  EXPECT_EQ(seenSize, 3U);
}

/// A program on a SparkContext alone, with neither StreamingContext nor scheduler, receivers or timers.
class LiveGraphAlone : public testing::Test {
 protected:
  LiveGraphAlone() {
    auto source =
        std::make_shared<test::ScriptedInput>(graph, [](Time) { ADD_FAILURE() << "a batch is made"; });
    graph->addInput(source);
    numbers.emplace(source);
  }
  void start() {
    graph->validate();
    graph->start(Time(0));
    live.emplace(
        core::lower(*graph), core::makeTaskPool(2), 2, graph->zeroTime(), graph->begunAfter(),
        graph->batchDuration(),
        [this](Epoch epoch, core::EpochResult closed) {
          result = std::move(closed);
          over.add("epoch " + std::to_string(epoch));
        },
        [this](std::exception_ptr failure, Epoch) { over.add(core::describeException(failure)); });
  }
  /// Feeds these records in two partitions, and runs the outputs on what the graph makes of them.
  std::vector<std::string> epochOf(const Ints& records) {
    Time time(1000 * ++epochs);
    Epoch epoch = live->epochs().begin(time);
    live->feed(0, spark.parallelize(records, 2).node(), epoch);
    live->mark(0, epoch, 2);
    EXPECT_EQ(over.await(static_cast<std::size_t>(epochs)).back(), "epoch " + std::to_string(epoch));
    EXPECT_TRUE(live->epochs().awaitFewerThan(1, test::soon()));
    shown.clear();
    std::lock_guard lock(graph->mutex());
    core::setEpochRdds(live->plan(), time, {}, std::move(result.sinks));
    for (const core::Job& job : graph->generateJobs(time)) job.run();
    graph->batchEnded(time, true);
    return shown;
  }
  template <class T>
  void show(const std::string& name, const DStream<T>& stream) {
    stream.foreachRDD([this, name](const RDD<T>& rdd) {
      auto records = rdd.collect();
      std::ranges::sort(records);
      shown.push_back(name + testing::PrintToString(records));
    });
  }

  SparkContext spark{SparkConf().setMaster("local[2]")};
  std::shared_ptr<core::StreamGraph> graph = std::make_shared<core::StreamGraph>(spark.engine(), Seconds(1));
  std::optional<DStream<int>> numbers;
  int epochs = 0;
  std::vector<std::string> shown;
  core::EpochResult result;
  test::Happenings over;
  std::optional<core::LiveGraph> live;
};

TEST_F(LiveGraphAlone, GivesTheRddsOfEachEpoch) {
  auto ones = numbers->map([](int x) { return Pair(x % 2, 1); });
  show("numbers ", numbers->map([](int x) { return 10 * x; }));
  show("counts ", ones.reduceByKey(std::plus<>{}));
  show("window ", ones.reduceByKeyAndWindow(std::plus<>{}, Seconds(2)));
  start();
  EXPECT_EQ(epochOf({1, 2, 3}),
            (std::vector<std::string>{"numbers { 10, 20, 30 }", "counts { (0, 1), (1, 2) }",
                                      "window { (0, 1), (1, 2) }"}));
  EXPECT_EQ(epochOf({4}),
            (std::vector<std::string>{"numbers { 40 }", "counts { (0, 1) }", "window { (0, 2), (1, 2) }"}));
  EXPECT_EQ(epochOf({}), (std::vector<std::string>{"numbers {}", "counts {}", "window { (0, 1) }"}));
}

TEST_F(LiveGraphAlone, BeginsWithTheStatesThatAreGiven) {
  auto sum = [](int key, std::optional<int> value, State<int>& state) {
    state.update(state.getOption().value_or(0) + value.value_or(0));
    return Pair(key, state.get());
  };
  auto initial = spark.parallelize(std::vector<Pair>{{0, 100}}, 1);
  graph->setCheckpointDirectory("unused");
  show("sums ", numbers->map([](int x) { return Pair(x % 2, x); })
                    .mapWithState(StateSpec::function(sum).initialState(initial)));
  start();
  EXPECT_EQ(epochOf({2, 3}), (std::vector<std::string>{"sums { (0, 102), (1, 3) }"}));
  EXPECT_EQ(epochOf({4}), (std::vector<std::string>{"sums { (0, 106) }"}));
}

TEST_F(LiveGraphTest, MayEndWithRecordsOnTheirWay) {
  auto end = program.source<int>({}).repartition(4);
  seen(end);
  Epoch epoch = begin();
  live().feed(0, rdd(Ints(100'000, 1), 8), epoch);
  live().mark(0, epoch, 8);
}

}  // namespace
}  // namespace millrace
