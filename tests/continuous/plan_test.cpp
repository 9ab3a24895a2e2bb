#include <millrace/continuous/plan.hpp>

#include "continuous/plans.hpp"
#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Lines = std::vector<std::string>;
using Pair = std::pair<int, int>;

class PlanTest : public testing::Test {
 protected:
  static int twice(int x) { return 2 * x; }
  static Pair one(int x) { return {x, 1}; }
  static int sum(int, std::optional<int> value, State<int>& state) {
    state.update(state.getOption().value_or(0) + value.value_or(0));
    return state.get();
  }
  DStream<int> source() { return program.source<int>({}); }
  template <class T>
  static void seen(const DStream<T>& stream) {
    stream.foreachRDD([](const RDD<T>&) {});
  }
  Lines lines() { return test::describe(test::lowered(program)); }

  test::StreamTest program;
};

TEST_F(PlanTest, StepsFlowToWhereAnOutputSeesThem) {
  seen(source().map(twice).filter([](int x) { return x > 2; }).flatMap([](int x) {
    return std::vector(3, x);
  }));
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> map #1", "map #1 -> filter #2", "filter #2 -> flatMap #3",
                            "flatMap #3 -> blocks"}));
}

TEST_F(PlanTest, FromTheFirstOperatorThatGathersOnItIsTheBatchsOwn) {
  seen(source().map(twice).window(Seconds(2)).map(twice).filter([](int) { return true; }));
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> map #1", "map #1 -> blocks"}))
      << "what a window looks back on is kept, and nothing above it";
}

TEST_F(PlanTest, WholePartitionsAreGathered) {
  seen(source().mapPartitions([](auto&) { return std::vector<int>(); }));
  EXPECT_EQ(lines(), Lines{"Test stream #0 -> blocks"});
}

TEST_F(PlanTest, AShuffleIsWrittenAsRecordsArrive) {
  auto counts = source().map(one).reduceByKey(std::plus<>{});
  seen(counts);
  seen(counts.map([](const Pair& pair) { return pair.second; }));
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> map #1", "map #1 -> tables of reduceByKey #2"}));
}

TEST_F(PlanTest, AStateHasCellsOfItsOwnAndGivesSnapshots) {
  auto sums = source().map(one).mapWithState(StateSpec::function(&PlanTest::sum).numPartitions(3));
  seen(sums.map(twice));
  seen(sums.stateSnapshots());
  auto plan = test::lowered(program);
  EXPECT_EQ(test::describe(plan), (Lines{"Test stream #0 -> map #1", "map #1 -> cells of mapWithState #2",
                                         "mapWithState #2 -> map #3", "map #3 -> blocks"}));
  ASSERT_EQ(plan.exchanges.size(), 1U);
  EXPECT_EQ(plan.exchanges[0].flow.outputs, 3);
  EXPECT_NE(plan.exchanges[0].flow.state, nullptr);
  ASSERT_EQ(plan.exchanges[0].snapshots.size(), 1U);
  EXPECT_EQ(plan.sinks[plan.exchanges[0].snapshots[0]].target->info()->kind, "stateSnapshots");
}

TEST_F(PlanTest, AStateBelowAWindowIsTheBatchsOwn) {
  auto sums = source().map(one).window(Seconds(2)).mapWithState(StateSpec::function(&PlanTest::sum));
  seen(sums);
  seen(sums.stateSnapshots());
  auto plan = test::lowered(program);
  EXPECT_EQ(test::describe(plan), (Lines{"Test stream #0 -> map #1", "map #1 -> blocks"}));
  EXPECT_TRUE(plan.exchanges.empty());
}

TEST_F(PlanTest, RepartitionHasCellsWithoutState) {
  seen(source().repartition(5));
  auto plan = test::lowered(program);
  EXPECT_EQ(test::describe(plan),
            (Lines{"Test stream #0 -> cells of repartition #1", "repartition #1 -> blocks"}));
  ASSERT_EQ(plan.exchanges.size(), 1U);
  EXPECT_EQ(plan.exchanges[0].flow.outputs, 5);
  EXPECT_EQ(plan.exchanges[0].flow.state, nullptr);
}

TEST_F(PlanTest, AUnionKnowsItsParents) {
  auto first = source(), second = source().map(twice);
  seen(first.union_(second).union_(first));
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> union #3 as parent 0 union #4 as parent 1",
                            "Test stream #1 -> map #2", "map #2 -> union #3 as parent 1",
                            "union #3 -> union #4 as parent 0", "union #4 -> blocks"}));
}

TEST_F(PlanTest, AUnionWithAWindowFlowsNoFurther) {
  auto first = source();
  seen(first.union_(first.window(Seconds(2), Seconds(1))).map(twice));
  EXPECT_EQ(lines(), Lines{"Test stream #0 -> blocks"});
}

TEST_F(PlanTest, OnePrefixFeedsSeveralConsumers) {
  auto prefix = source().map(twice);
  seen(prefix);
  seen(prefix);
  seen(prefix.window(Seconds(2)));
  seen(prefix.map(one).reduceByKey(std::plus<>{}));
  prefix.foreach ([](int) {});
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> map #1", "map #1 -> map #6 blocks writer of foreach #9",
                            "map #6 -> tables of reduceByKey #7"}))
      << "all who want blocks share them";
}

TEST_F(PlanTest, AWriterTakesRecordsWhereTheyFlow) {
  source().foreach ([](int) {});
  source().window(Seconds(2)).foreach ([](int) {});
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> writer of foreach #1", "Test stream #2 -> blocks"}));
}

TEST_F(PlanTest, WhatNoOutputUsesIsLeftOut) {
  auto used = source();
  used.map(twice).map(twice);
  source().map(twice);
  seen(used.map(twice));
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> map #5", "map #5 -> blocks"}));
}

TEST_F(PlanTest, WhatIsKeptIsGathered) {
  seen(source().map(twice).persist().map(twice));
  EXPECT_EQ(lines(), (Lines{"Test stream #0 -> map #1", "map #1 -> map #2 blocks", "map #2 -> blocks"}));
}

TEST_F(PlanTest, WhatIsRememberedIsGathered) {
  program.context().remember(Seconds(5));
  seen(source().map(twice).map(twice));
  EXPECT_EQ(lines(),
            (Lines{"Test stream #0 -> map #1 blocks", "map #1 -> map #2 blocks", "map #2 -> blocks"}));
}

TEST_F(PlanTest, ExchangesAreFoundThroughWhatFlows) {
  auto pairs = source().map(one);
  auto sums = pairs.mapWithState(StateSpec::function(&PlanTest::sum));
  seen(pairs.map([](const Pair& pair) { return pair.first; }).repartition(2));
  seen(sums.repartition(3));
  auto plan = test::lowered(program);
  ASSERT_EQ(plan.exchanges.size(), 3U);
  auto targets = [&](std::size_t stream) {
    Lines names;
    for (std::size_t exchange : plan.exchangesFrom(stream))
      names.push_back(plan.streams[plan.exchanges[exchange].to].node->info()->describe());
    std::ranges::sort(names);
    return names;
  };
  EXPECT_EQ(targets(plan.sources[0].stream), (Lines{"mapWithState #2", "repartition #4"}));
  for (const auto& exchange : plan.exchanges) {
    if (!exchange.flow.state) continue;
    EXPECT_EQ(targets(exchange.to), Lines{"repartition #6"});
  }
}

TEST_F(PlanTest, ExchangesAreFoundOnceHoweverManyWaysLeadToThem) {
  core::Plan plan;
  for (std::size_t i = 0; i < 61; ++i)
    plan.streams.push_back({nullptr, {{i + 1, nullptr, 0}, {i + 1, nullptr, 1}}, {}, {}});
  plan.streams.push_back({nullptr, {}, {}, {2, 0}});
  plan.streams[30].exchanges = {1, 2};
  EXPECT_EQ(plan.exchangesFrom(0), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(plan.exchangesFrom(31), (std::vector<std::size_t>{0, 2}));
}

TEST_F(PlanTest, MoreWaysThanCanBeKeptOpenAreRefused) {
  auto stream = source().map(twice);
  for (int i = 0; i < 62; ++i) stream = stream.union_(stream);
  seen(stream);
  const std::string error = test::failureOf<IllegalArgument>([&] { test::lowered(program); });
  EXPECT_NE(error.find("more than 100000 ways"), std::string::npos) << error;
  EXPECT_NE(error.find("repartition() the stream between the unions"), std::string::npos) << error;
}

TEST_F(PlanTest, RepartitionsBetweenUnionsKeepTheWaysFew) {
  auto stream = source();
  for (int i = 0; i < 40; ++i) {
    stream = stream.union_(stream);
    if (i % 8 == 0) stream = stream.repartition(2);
  }
  seen(stream);
  EXPECT_EQ(test::lowered(program).exchanges.size(), 5U);
}

TEST_F(PlanTest, APlanOfNothingIsEmpty) {
  auto plan = test::lowered(program);
  EXPECT_TRUE(plan.streams.empty());
  EXPECT_TRUE(plan.sources.empty());
}

}  // namespace
}  // namespace millrace
