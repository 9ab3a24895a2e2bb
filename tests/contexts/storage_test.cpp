#include <millrace/base/error.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>

#include "contexts/inputs.hpp"
#include "support/failures.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::SmallProgram;

std::vector<std::string> manyWords() {
  std::vector<std::string> words;
  for (int i = 0; i < 10'000; ++i) words.push_back("word " + std::to_string(i));
  return words;
}

TEST(Storage, TellsWhatIsStoredOfWhichRdd) {
  const test::ScratchDirectory scratch;
  {
    SparkContext sc(SmallProgram::configured({{"spark.local.dir", scratch / "local"}}));
    EXPECT_TRUE(sc.getRDDStorageInfo().empty());
    auto words = sc.parallelize(manyWords(), 4);
    auto first = words.map([](const std::string& word) { return word; }).setName("the words").cache();
    auto second = words.filter([](const std::string& word) { return word.size() > 6; });
    second.persist(StorageLevel::DISK_ONLY);
    EXPECT_TRUE(sc.getRDDStorageInfo().empty()) << "nothing is stored yet";
    first.take(1);
    second.count();
    const auto infos = sc.getRDDStorageInfo();
    ASSERT_EQ(infos.size(), 2U);
    EXPECT_EQ(infos[0].id, first.id());
    EXPECT_EQ(infos[0].name, "the words");
    EXPECT_EQ(infos[0].numPartitions, 4);
    EXPECT_EQ(infos[0].numCachedPartitions, 1);
    EXPECT_GT(infos[0].memSize, 0U);
    EXPECT_EQ(infos[0].diskSize, 0U);
    EXPECT_EQ(infos[1].name, "filter");
    EXPECT_EQ(infos[1].numCachedPartitions, 4);
    EXPECT_EQ(infos[1].memSize, 0U);
    EXPECT_GT(infos[1].diskSize, 0U);
    EXPECT_EQ(infos[1].storageLevel, StorageLevel::DISK_ONLY);
    first.unpersist();
    second = {};
    EXPECT_TRUE(sc.getRDDStorageInfo().empty());
    auto again = words.map([](const std::string& word) { return word; }).persist(StorageLevel::DISK_ONLY);
    again.count();
    EXPECT_NE(std::filesystem::directory_iterator(scratch / "local"), std::filesystem::directory_iterator());
  }
  EXPECT_EQ(std::filesystem::directory_iterator(scratch / "local"), std::filesystem::directory_iterator());
}

TEST(Storage, SettingsBoundTheMemory) {
  const test::ScratchDirectory scratch;
  SparkContext sc(SmallProgram::configured({{"spark.local.dir", "file:" + scratch / "local"},
                                            {"spark.driver.memory", "64m"},
                                            {"spark.memory.fraction", "0.001"}}));
  auto words = sc.parallelize(manyWords(), 4).map([](const std::string& word) { return word; });
  words.persist(StorageLevel::MEMORY_AND_DISK);
  EXPECT_EQ(words.collect(), manyWords());
  const auto infos = sc.getRDDStorageInfo();
  ASSERT_EQ(infos.size(), 1U);
  EXPECT_LE(infos[0].memSize, std::size_t{64} << 10);
  EXPECT_GT(infos[0].diskSize, 0U);
}

TEST(Storage, APartOfTheMemoryIsMoreThanNoneAndAtMostAll) {
  for (const char* wrong : {"0", "-0.5", "1.5", "nan"}) {
    const auto failure = test::failureOf<IllegalArgument>([&] {
      SparkContext sc(SmallProgram::configured({{"spark.memory.fraction", wrong}}));
    });
    EXPECT_NE(failure.find("spark.memory.fraction"), std::string::npos) << failure;
  }
}

class StreamStorage : public testing::TestWithParam<const char*> {};

// The state's RDD of a time is gone when the next batch has been: what is stored of it cannot be made again.
TEST_P(StreamStorage, WithoutMemoryBatchesGoToTheDiskAndAreTheSame) {
  const test::ScratchDirectory scratch;
  std::vector<std::vector<std::string>> expected;
  for (const char* fraction : {"1", "0.000001"}) {
    SmallProgram program({{"spark.streaming.mode", GetParam()},
                          {"spark.local.dir", scratch / "local"},
                          {"spark.driver.memory", "64m"},
                          {"spark.memory.fraction", fraction}});
    program.ssc.graph()->setCheckpointDirectory(scratch / "checkpoint");
    auto sums = program.numbers.map([](int number) { return std::pair(number % 3, number); })
                    .reduceByKeyAndWindow([](int a, int b) { return a + b; }, Seconds(2), Seconds(1));
    auto kept = sums.map([](const auto& sum) { return sum; });
    kept.persist(StorageLevel::MEMORY_AND_DISK);
    std::size_t onDisk = 0;
    kept.window(Seconds(3)).foreachRDD([&](const RDD<std::pair<int, int>>& rdd, Time time) {
      auto records = rdd.collect();
      std::ranges::sort(records);
      for (const RDDInfo& info : rdd.sparkContext().getRDDStorageInfo()) onDisk += info.diskSize;
      program.done.add(std::to_string(time.milliseconds()) + ": " + testing::PrintToString(records));
    });
    program.ssc.start();
    for (int batch = 0; batch < 5; ++batch) {
      program.push({batch, batch + 1, batch + 2, batch * 7});
      program.nextBatch();
      program.done.await(static_cast<std::size_t>(batch) + 1);
    }
    program.ssc.stop();
    expected.push_back(program.done.all());
    EXPECT_EQ(onDisk > 0, fraction[0] == '0');
  }
  EXPECT_EQ(expected[0], expected[1]);
  EXPECT_EQ(expected[0].size(), 5U);
}

INSTANTIATE_TEST_SUITE_P(Modes, StreamStorage, testing::Values("micro-batch", "continuous"),
                         [](const auto& which) {
                           return which.param[0] == 'c' ? "Continuous" : "MicroBatch";
                         });

}  // namespace
}  // namespace millrace
