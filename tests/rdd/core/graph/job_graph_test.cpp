#include <millrace/rdd/core/graph/job_graph.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <millrace/base/error.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using test::rddOf;

/// Never runs anything.
class NoRunner final : public JobRunner {
 public:
  void run(int, FunctionRef<void(int)>) override { throw std::logic_error("the scheduler was asked"); }
  int threads() const override { return 1; }
};

struct Program {
  explicit Program(const EnginePtr& engine, int partitions = 2)
      : numbers(rddOf<int>(engine, {1, 2, 3, 4, 5, 6}, partitions)),
        pairs(numbers.map([](int x) { return std::pair(x % 3, x); })),
        sums(pairs.reduceByKey(std::plus<>{}, 3)),
        all(sums.union_(pairs)) {}
  RDD<int> numbers;
  RDD<std::pair<int, int>> pairs, sums, all;
};

TEST(JobGraph, NumbersOperatorsInTheOrderOfTheProgram) {
  Program program(test::makeEngine());
  JobGraph graph(program.all.node());
  EXPECT_EQ(graph.operators(), 4);
  EXPECT_EQ(graph.idOf(*program.numbers.node()), 0);
  EXPECT_EQ(graph.idOf(*program.pairs.node()), 1);
  EXPECT_EQ(graph.idOf(*program.sums.node()), 2);
  EXPECT_EQ(graph.idOf(*program.all.node()), 3);
  EXPECT_EQ(&graph.node(2), program.sums.node().get());
  EXPECT_THROW(graph.node(4), IllegalArgument);
  EXPECT_THROW(graph.node(-1), IllegalArgument);
  EXPECT_THROW(graph.idOf(*Program(test::makeEngine()).sums.node()), IllegalArgument);
}

TEST(JobGraph, DeepGraphsNeedNoStack) {
  auto rdd = rddOf<int>(test::makeEngine(), {1}, 1);
  for (int i = 0; i < 5'000; ++i) rdd = rdd.filter([](int) { return true; });
  EXPECT_EQ(JobGraph(rdd.node()).operators(), 5'001);
}

TEST(JobGraph, FingerprintFollowsTheShape) {
  auto engine = test::makeEngine();
  const auto fingerprint = [](const RDD<std::pair<int, int>>& rdd) {
    return JobGraph(rdd.node()).fingerprint();
  };
  const Program program(engine), same(engine);
  EXPECT_EQ(fingerprint(program.all), fingerprint(same.all));
  same.sums.setName("sums");
  EXPECT_EQ(fingerprint(program.all), fingerprint(same.all)) << "names are for people";
  EXPECT_NE(fingerprint(program.all), fingerprint(Program(engine, 3).all)) << "partitions";
  EXPECT_NE(fingerprint(program.all), fingerprint(program.pairs.union_(program.sums))) << "order";
  EXPECT_NE(fingerprint(program.sums), fingerprint(program.pairs.reduceByKey(std::plus<>{}, 4)));
  const auto twice = program.numbers.map([](int x) { return std::pair(x % 3, x); });
  EXPECT_NE(fingerprint(program.pairs.union_(program.pairs)), fingerprint(program.pairs.union_(twice)))
      << "sharing";
}

TEST(JobGraph, IsShownAsSparkDoes) {
  const Program program(test::makeEngine());
  EXPECT_EQ(program.pairs.toDebugString(), "(2) map[1] []\n |  test input[0] []");
  program.numbers.setName("numbers").cache();
  EXPECT_EQ(program.sums.toDebugString(),
            "(3) reduceByKey[2] []\n"
            " +-(2) map[1] []\n"
            "    |  numbers test input[0] [" +
                StorageLevel::MEMORY_ONLY.description() + "]");
  EXPECT_EQ(program.all.toDebugString(),
            "(5) union[3] []\n"
            " |  reduceByKey[2] []\n"
            " +-(2) map[1] []\n"
            "    |  numbers test input[0] [" +
                StorageLevel::MEMORY_ONLY.description() +
                "]\n"
                " |  map[1] []\n"
                " |  numbers test input[0] [" +
                StorageLevel::MEMORY_ONLY.description() + "]");
  EXPECT_EQ(rddOf<int>(test::makeEngine(), {}, 10).map([](int x) { return x; }).toDebugString(),
            "(10) map[1] []\n |   test input[0] []");
  EXPECT_EQ(program.numbers.name(), "numbers");
  EXPECT_EQ(program.pairs.name(), "");
}

TEST(JobGraph, WhatIsSharedIsShownAgainWhileThatIsShort) {
  auto rdd = rddOf<int>(test::makeEngine(), {1}, 1);
  const auto average = [](const auto& both) { return (both.first + both.second) / 2; };
  const auto twice = rdd.zip(rdd).map(average);
  EXPECT_EQ(twice.toDebugString(),
            "(1) map[2] []\n |  zip[1] []\n |  test input[0] []\n |  test input[0] []");
  for (int i = 0; i < 60; ++i) rdd = rdd.zip(rdd).map(average);
  const std::string text = rdd.toDebugString();
  EXPECT_EQ(std::ranges::count(text, '\n'), 3 * 60);
  EXPECT_TRUE(text.starts_with("(1) map[120] []\n |  zip[119] []\n |  map[118] []\n")) << text.substr(0, 80);
  EXPECT_TRUE(
      text.ends_with(" |  map[2] []\n |  zip[1] []\n |  test input[0] []\n |  test input[0] []\n"
                     " |  map[2] [] (see above)\n"
                     " |  map[4] [] (see above)\n" +
                     text.substr(text.find(" |  map[6] [] (see above)"))))
      << text;
}

TEST(JobGraph, DeepGraphsAreShownInProportion) {
  auto narrow = rddOf<int>(test::makeEngine(), {1}, 1);
  for (int i = 0; i < 30'000; ++i) narrow = narrow.map([](int x) { return x; });
  const std::string lines = narrow.toDebugString();
  EXPECT_EQ(std::ranges::count(lines, '\n'), 30'000);
  EXPECT_EQ(lines.find("see above"), std::string::npos);
  auto wide = rddOf<std::pair<int, int>>(test::makeEngine(), {{1, 1}}, 1);
  for (int i = 0; i < 10'000; ++i) wide = wide.reduceByKey(std::plus<>());
  const std::string steps = wide.toDebugString();
  EXPECT_EQ(std::ranges::count(steps, '\n'), 10'000);
  EXPECT_LT(steps.size(), 10'000u * 250);
}

TEST(RunTask, NeedsNoScheduler) {
  Program program(std::make_shared<Engine>(std::make_unique<NoRunner>(), 2, nullptr, 3));
  EXPECT_THROW(program.all.collect(), std::logic_error);
  JobGraph graph(program.all.node());
  std::vector<std::pair<int, int>> all;
  for (int partition = 0; partition < 5; ++partition) {
    runTask(graph, 3, partition, [&](ReaderPtr untyped) {
      EXPECT_EQ(TaskContext::getPartitionId(), partition);
      auto reader = typed<std::pair<int, int>>(std::move(untyped));
      for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next())
        all.insert(all.end(), chunk.begin(), chunk.end());
    });
  }
  EXPECT_EQ(TaskContext::get(), nullptr);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<std::pair<int, int>>{
                     {0, 3}, {0, 6}, {0, 9}, {1, 1}, {1, 4}, {1, 5}, {2, 2}, {2, 5}, {2, 7}}));
}

TEST(RunTask, SaysWhatIsNotThereAndWhatFailed) {
  Program program(test::makeEngine());
  auto failing = program.numbers.map([](int x) { return x == 4 ? throw std::runtime_error("four") : x; });
  JobGraph graph(failing.node());
  const auto read = [](ReaderPtr untyped) {
    auto reader = typed<int>(std::move(untyped));
    while (!reader->next().empty()) {
    }
  };
  EXPECT_THROW(runTask(graph, 7, 0, read), IllegalArgument);
  EXPECT_THROW(runTask(graph, 1, 2, read), IllegalArgument);
  EXPECT_THROW(runTask(graph, 1, -1, read), IllegalArgument);
  runTask(graph, 1, 0, read);
  try {
    runTask(graph, 1, 1, read);
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_STREQ(failure.what(), "map failed in partition 1: four");
  }
}

}  // namespace
}  // namespace millrace::core
