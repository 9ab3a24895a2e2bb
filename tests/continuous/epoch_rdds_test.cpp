#include <millrace/continuous/epoch_rdds.hpp>

#include "continuous/plans.hpp"
#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using core::PartitionPath;
using Ints = std::vector<int>;
using Pair = std::pair<int, int>;

class EpochRddsTest : public testing::Test {
 protected:
  static constexpr Time kTime{1000};

  template <class T>
  static void seen(const DStream<T>& stream) {
    stream.foreachRDD([](const RDD<T>&) {});
  }
  void lower() {
    plan = test::lowered(program);
    sinks.resize(plan.sinks.size());
  }
  template <class T>
  std::size_t sinkOf(const DStream<T>& stream) const {
    auto sink = std::ranges::find(plan.sinks, stream.node(), &core::Plan::Sink::target);
    return static_cast<std::size_t>(sink - plan.sinks.begin());
  }
  template <class T>
  void gather(const DStream<T>& stream, const PartitionPath& path, const std::vector<T>& records) {
    sinks.at(sinkOf(stream))[path] = {test::blockOfRecords(records), {}};
  }
  void setRdds(Time time = kTime, const std::set<std::size_t>& absentSources = {}) {
    std::lock_guard lock(graph().mutex());
    core::setWriterFailures(plan, time, sinks);
    core::setEpochRdds(plan, time, absentSources, std::exchange(sinks, {}));
  }
  template <class T>
  static std::vector<std::vector<T>> partitions(const DStream<T>& stream) {
    return test::partitionsOf(RDD<T>(stream.node()->rdd(kTime)));
  }
  core::StreamGraph& graph() { return *program.context().graph(); }

  test::StreamTest program;
  core::Plan plan;
  std::vector<core::SinkPartitions> sinks;
};

TEST_F(EpochRddsTest, BlocksBecomePartitionsInTheOrderOfTheirPaths) {
  auto both = program.source<int>({}).union_(program.source<int>({}));
  seen(both);
  lower();
  gather(both, {{1}, 0}, Ints{4});
  gather(both, {{0}, 1}, Ints{2, 3});
  gather(both, {{0}, 0}, Ints{1});
  setRdds();
  EXPECT_EQ(partitions(both), (std::vector<Ints>{{1}, {2, 3}, {4}}));
}

TEST_F(EpochRddsTest, FilesBecomeTheResultOfTheirShuffle) {
  auto sums = program.source<Pair>({}).reduceByKey(std::plus<>{}, 1);
  seen(sums);
  lower();
  auto& sink = plan.sinks.at(sinkOf(sums));
  for (int partition : {0, 1}) {
    auto writer = sink.spec->writer(0, 1);
    writer->drain(*core::openBlock(test::blockOfRecords(std::vector<Pair>{{7, partition + 1}})));
    sinks.at(sinkOf(sums))[{{}, partition}] = {nullptr, writer->finish()};
  }
  setRdds();
  EXPECT_EQ(partitions(sums), (std::vector<std::vector<Pair>>{{{7, 3}}}));
}

TEST_F(EpochRddsTest, OnlyStreamsWithASinkGetAnRdd) {
  auto source = program.source<int>({});
  auto end = source.map([](int x) { return x; });
  seen(end);
  lower();
  gather(end, {}, Ints{1});
  setRdds();
  EXPECT_FALSE(source.node()->isKnown(kTime));
  EXPECT_TRUE(end.node()->isKnown(kTime));
}

TEST_F(EpochRddsTest, WhatIsOnlyPassedOnFromAnAbsentSourceIsAbsent) {
  auto absent = program.source<int>({}).map([](int x) { return x; });
  auto present = program.source<int>({}).map([](int x) { return x; });
  seen(absent);
  seen(present);
  lower();
  gather(present, {}, Ints{1});
  setRdds(kTime, {0});
  EXPECT_TRUE(absent.node()->isKnown(kTime));
  EXPECT_EQ(absent.node()->rdd(kTime), nullptr);
  EXPECT_EQ(partitions(present), std::vector<Ints>{{1}});
  EXPECT_EQ(graph().generateJobs(kTime).size(), 1U);
}

TEST_F(EpochRddsTest, AUnionSaysWhichParentHasNoRdd) {
  auto both = program.source<int>({}).union_(program.source<int>({})).map([](int x) { return x; });
  seen(both);
  lower();
  gather(both, {{1}, 0}, Ints{1});
  setRdds(kTime, {0});
  EXPECT_EQ(
      test::failureOf<SparkException>([&] { both.node()->rdd(kTime); }),
      "union #2 could not generate an RDD from its parent Test stream #0 at time 1000 ms: a source that "
      "has no data has to give an empty RDD");
}

TEST_F(EpochRddsTest, AStateGoesOnWithoutItsSource) {
  auto sum = [](int, std::optional<int> value, State<int>& state) {
    state.update(value.value_or(0));
    return state.get();
  };
  auto sums = program.source<Pair>({}).mapWithState(StateSpec::function(sum).numPartitions(1));
  auto states = sums.stateSnapshots();
  seen(sums);
  seen(states);
  lower();
  gather(sums, {}, Ints{5});
  gather(states, {}, std::vector<Pair>{{7, 1}});
  setRdds(kTime, {0});
  EXPECT_EQ(partitions(sums), std::vector<Ints>{{5}}) << "what it emits of keys that are idle";
  EXPECT_EQ(partitions(states), (std::vector<std::vector<Pair>>{{{7, 1}}}));
}

TEST_F(EpochRddsTest, TheJobOfAWriterSaysWhatItThrew) {
  program.source<int>({}).foreach ([](int) {});
  lower();
  sinks.at(0)[{{}, 0}] = {};
  sinks.at(0)[{{}, 1}] = {nullptr, {}, std::make_exception_ptr(std::runtime_error("the disk is full"))};
  setRdds();
  auto jobs = graph().generateJobs(kTime);
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(test::failureOf<std::runtime_error>(jobs[0].run), "the disk is full");
  sinks.resize(1);
  setRdds(Time(2000));
  auto next = graph().generateJobs(Time(2000));
  ASSERT_EQ(next.size(), 1U);
  EXPECT_NO_THROW(next[0].run());
}

}  // namespace
}  // namespace millrace
