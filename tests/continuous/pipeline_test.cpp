#include <millrace/continuous/pipeline.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include "continuous/plans.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using core::Epoch;
using core::PartitionPath;
using Ints = std::vector<int>;
using Pair = std::pair<int, int>;
using NotedTexts = std::shared_ptr<std::vector<std::string>>;

class LineTest : public testing::Test, public core::PipelineExit {
 protected:
  static constexpr int kPartition = 3;

  static int twice(int x) { return 2 * x; }
  template <class T>
  static void seen(const DStream<T>& stream) {
    stream.foreachRDD([](const RDD<T>&) {});
  }

  /// One epoch of a pipeline from the first source on: these records in these portions.
  void runEpoch(const std::vector<Ints>& portions) {
    plan = test::lowered(program);
    core::Pipeline pipeline(plan, plan.sources[0].stream, kPartition, epochs().begin(Time(1000)), 0, *this);
    for (const Ints& portion : portions) pipeline.put(core::openBlock(test::blockOfRecords(portion)));
    pipeline.close(epochs(), kPartition);
    epochs().cellClosed(0);
  }
  /// The records that were gathered for a stream.
  template <class T>
  std::map<PartitionPath, std::vector<T>> gathered(const DStream<T>& stream) {
    std::map<PartitionPath, std::vector<T>> records;
    for (std::size_t i = 0; i < plan.sinks.size(); ++i) {
      if (plan.sinks[i].target != stream.node() || plan.sinks[i].spec) continue;
      for (const auto& [key, partition] : partitions[i]) records[key] = test::recordsOf<T>(partition.block);
    }
    return records;
  }
  core::Epochs& epochs() {
    if (!epochs_) {
      epochs_ = std::make_unique<core::Epochs>(
          plan.sinks.size(), 1, Time(0), Seconds(1),
          [this](Epoch, core::EpochResult result) { partitions = std::move(result.sinks); });
    }
    return *epochs_;
  }
  void send(std::size_t, int output, core::BlockPtr records) override {
    auto& to = sent[output];
    for (int x : test::recordsOf<int>(records)) to.push_back(x);
  }

  bool isOver() const override { return false; }

  test::StreamTest program;
  core::Plan plan;
  std::vector<std::map<PartitionPath, core::SinkPartition>> partitions;
  std::map<int, Ints> sent;

 private:
  std::unique_ptr<core::Epochs> epochs_;
};

TEST_F(LineTest, SendsRecordsThroughAllStepsToABlock) {
  auto end = program.source<int>({}).map(twice).filter([](int x) { return x != 4; }).flatMap([](int x) {
    return Ints{x, x + 1};
  });
  seen(end);
  runEpoch({{1, 2}, {}, {3}});
  EXPECT_EQ(gathered(end), (std::map<PartitionPath, Ints>{{{{}, kPartition}, {2, 3, 6, 7}}}));
}

TEST_F(LineTest, AnEpochWithoutRecordsGivesEmptyParts) {
  auto end = program.source<int>({}).map(twice);
  seen(end);
  runEpoch({});
  EXPECT_EQ(gathered(end), (std::map<PartitionPath, Ints>{{{{}, kPartition}, {}}}));
}

TEST_F(LineTest, ChunksOfEverySizePass) {
  auto end = program.source<int>({}).flatMap([](int x) { return Ints(3, x); });
  seen(end);
  core::ChunkSizeScope small(2);
  runEpoch({{1, 2, 3}});
  EXPECT_EQ(gathered(end).begin()->second, (Ints{1, 1, 1, 2, 2, 2, 3, 3, 3}));
}

TEST_F(LineTest, AForkGivesEachBranchAllRecords) {
  auto trunk = program.source<int>({}).map(twice);
  auto left = trunk.map(twice), right = trunk.filter([](int x) { return x > 2; });
  seen(trunk);
  seen(left);
  seen(right);
  runEpoch({{1, 2}, {3}});
  EXPECT_EQ(gathered(trunk).begin()->second, (Ints{2, 4, 6}));
  EXPECT_EQ(gathered(left).begin()->second, (Ints{4, 8, 12}));
  EXPECT_EQ(gathered(right).begin()->second, (Ints{4, 6}));
}

TEST_F(LineTest, UnionsMarkTheWayThroughThem) {
  auto first = program.source<int>({});
  auto both = first.union_(first.map(twice));
  seen(both.union_(both));
  seen(both);
  runEpoch({{1, 2}});
  EXPECT_EQ(gathered(both),
            (std::map<PartitionPath, Ints>{{{{0}, kPartition}, {1, 2}}, {{{1}, kPartition}, {2, 4}}}));
  std::vector<PartitionPath> keys;
  for (std::size_t i = 0; i < plan.sinks.size(); ++i) {
    if (plan.sinks[i].target == both.node()) continue;
    for (const auto& [key, partition] : partitions[i]) keys.push_back(key);
  }
  EXPECT_EQ(keys,
            (std::vector<PartitionPath>{
                {{0, 0}, kPartition}, {{0, 1}, kPartition}, {{1, 0}, kPartition}, {{1, 1}, kPartition}}))
      << "the last union comes first";
}

TEST_F(LineTest, AShuffleGivesAFilePerPartition) {
  auto counts =
      program.source<int>({}).map([](int x) { return Pair(x % 2, x); }).reduceByKey(std::plus<>{}, 4);
  seen(counts);
  runEpoch({{1, 2}, {3}});
  ASSERT_EQ(plan.sinks.size(), 1U);
  ASSERT_EQ(partitions[0].size(), 1U);
  EXPECT_EQ(partitions[0].begin()->second.files.size(), 4U);
}

TEST_F(LineTest, AnExchangeSendsEachPortionOnAtOnce) {
  seen(program.source<int>({}).repartition(2));
  plan = test::lowered(program);
  core::Pipeline pipeline(plan, plan.sources[0].stream, 0, epochs().begin(Time(1000)), 0, *this);
  pipeline.put(core::openBlock(test::blockOfRecords(Ints{1, 2, 3, 4})));
  EXPECT_EQ(sent[0].size() + sent[1].size(), 4U) << "not only at the end of the epoch";
  EXPECT_EQ(sent[0].size(), 2U) << "round robin";
  pipeline.close(epochs(), 0);
}

struct NotingWriter {
  NotedTexts notes;
  bool open(int partition, std::int64_t epoch) {
    notes->push_back("open " + std::to_string(partition) + " " + std::to_string(epoch));
    return true;
  }
  void process(int x) {
    if (x == 4) throw std::runtime_error("four is refused");
    notes->push_back(std::to_string(x));
  }
  void close(std::exception_ptr failure) { notes->push_back(failure ? "failed" : "close"); }
};

TEST_F(LineTest, AWriterGetsRecordsAtOnceAndIsClosedWithTheEpoch) {
  auto notes = std::make_shared<std::vector<std::string>>();
  program.source<int>({}).foreach (NotingWriter{notes});
  plan = test::lowered(program);
  core::Pipeline pipeline(plan, plan.sources[0].stream, kPartition, epochs().begin(Time(1000)), 0, *this);
  pipeline.put(core::openBlock(test::blockOfRecords(Ints{1, 2})));
  EXPECT_EQ(*notes, (std::vector<std::string>{"open 3 0", "1", "2"}));
  pipeline.put(core::openBlock(test::blockOfRecords(Ints{3})));
  pipeline.close(epochs(), kPartition);
  EXPECT_EQ(*notes, (std::vector<std::string>{"open 3 0", "1", "2", "3", "close"}));
}

TEST_F(LineTest, AWriterThatThrowsIsClosedAndTheOthersGoOn) {
  auto notes = std::make_shared<std::vector<std::string>>();
  auto source = program.source<int>({});
  source.foreach (NotingWriter{notes});
  seen(source);
  runEpoch({{1, 4, 5}, {6}});
  EXPECT_EQ(*notes, (std::vector<std::string>{"open 3 0", "1", "failed"}));
  EXPECT_EQ(gathered(source).begin()->second, (Ints{1, 4, 5, 6}));
  int failures = 0;
  for (const auto& sink : partitions) {
    for (const auto& [key, partition] : sink) {
      if (!partition.failure) continue;
      ++failures;
      EXPECT_EQ(core::describeException(partition.failure),
                "foreach #1 failed in partition 3: four is refused");
    }
  }
  EXPECT_EQ(failures, 1);
}

TEST_F(LineTest, AWriterOfALineThatIsAbandonedIsClosedWithTheReason) {
  auto notes = std::make_shared<std::vector<std::string>>();
  auto steps = program.source<int>({}).map([](int x) {
    if (x == 3) throw std::runtime_error("three is refused");
    return x;
  });
  steps.foreach (NotingWriter{notes});
  seen(steps);
  plan = test::lowered(program);
  core::Pipeline pipeline(plan, plan.sources[0].stream, 0, epochs().begin(Time(1000)), 0, *this);
  pipeline.put(core::openBlock(test::blockOfRecords(Ints{1})));
  EXPECT_THROW(pipeline.put(core::openBlock(test::blockOfRecords(Ints{3}))), core::OperatorFailure);
  EXPECT_EQ(*notes, (std::vector<std::string>{"open 0 0", "1"}));
  pipeline.abandon(std::make_exception_ptr(std::runtime_error("over")));
  EXPECT_EQ(*notes, (std::vector<std::string>{"open 0 0", "1", "failed"}));
}

TEST_F(LineTest, EachLineHasFunctionsOfItsOwn) {
  auto end = program.source<int>({}).map([calls = 0](int x) mutable { return 10 * ++calls + x; });
  seen(end);
  plan = test::lowered(program);
  for (Epoch expected : {0, 1}) {
    Epoch epoch = epochs().begin(Time(1000 * (expected + 1)));
    core::Pipeline pipeline(plan, plan.sources[0].stream, 0, epoch, 0, *this);
    pipeline.put(core::openBlock(test::blockOfRecords(Ints{1})));
    pipeline.put(core::openBlock(test::blockOfRecords(Ints{2})));
    pipeline.close(epochs(), 0);
    epochs().cellClosed(epoch);
    EXPECT_EQ(gathered(end).begin()->second, (Ints{11, 22})) << epoch;
  }
}

}  // namespace
}  // namespace millrace
