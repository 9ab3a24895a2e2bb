#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/job_graph.hpp>
#include <millrace/rdd/ops.hpp>

#include "support/engines.hpp"
#include "support/failures.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

const std::vector<int> kSomeNumbers{1, 2, 3, 4, 5, 6, 7};
const std::vector<int> kDoubled{2, 4, 6, 8, 10, 12, 14};

struct CheckpointTest : testing::Test {
  CheckpointTest() {
    engine->setLocalDirectory(scratch / "local");
    engine->setCheckpointDirectory(scratch / "checkpoints");
  }
  /// Counts how many records it has doubled.
  RDD<int> doubled() {
    return test::rddOf<int>(engine, kSomeNumbers, 3).map([computed = computed](int number) {
      ++*computed;
      return 2 * number;
    });
  }
  std::size_t files() const {
    const std::filesystem::path place = scratch / "checkpoints";
    if (!std::filesystem::exists(place)) return 0;
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(place), std::filesystem::directory_iterator()));
  }

  test::ScratchDirectory scratch;
  EnginePtr engine = test::makeEngine({.threads = 2});
  std::shared_ptr<std::atomic<int>> computed = std::make_shared<std::atomic<int>>(0);
};

TEST_F(CheckpointTest, IsWrittenAfterTheFirstJobAndReadFromThenOn) {
  RDD<int> rdd = doubled();
  std::weak_ptr<Node> parent = rdd.node()->parents()[0];
  rdd.checkpoint();
  EXPECT_FALSE(rdd.isCheckpointed());
  EXPECT_EQ(rdd.getCheckpointFile(), std::nullopt);
  EXPECT_EQ(rdd.collect(), kDoubled);
  EXPECT_EQ(*computed, 14) << "once for the job and once for the files";
  EXPECT_TRUE(rdd.isCheckpointed());
  ASSERT_TRUE(rdd.getCheckpointFile());
  EXPECT_TRUE(std::filesystem::exists(*rdd.getCheckpointFile() + "/part-00002"));
  EXPECT_TRUE(parent.expired()) << "what it was made of is gone";
  EXPECT_EQ(rdd.map([](int number) { return number + 1; }).collect(), (std::vector{3, 5, 7, 9, 11, 13, 15}));
  EXPECT_EQ(*computed, 14);
  EXPECT_EQ(JobGraph(rdd.node()).operators(), 1);
}

TEST_F(CheckpointTest, OfACachedRddIsComputedOnce) {
  RDD<int> rdd = doubled().cache();
  rdd.checkpoint();
  rdd.count();
  rdd.unpersist();
  EXPECT_EQ(rdd.collect(), kDoubled);
  EXPECT_EQ(*computed, 7);
}

TEST_F(CheckpointTest, IsWrittenForAJobOnWhatIsMadeOfIt) {
  RDD<int> first = doubled();
  first.checkpoint();
  RDD<int> second = first.map([](int number) { return number; });
  second.checkpoint();
  second.map([](int number) { return number; }).count();
  EXPECT_TRUE(second.isCheckpointed());
  EXPECT_FALSE(first.isCheckpointed()) << "nobody needs it any more";
  first.count();
  EXPECT_TRUE(first.isCheckpointed());
  EXPECT_EQ(files(), 2U);
}

TEST_F(CheckpointTest, OfViewsShowsThem) {
  const std::vector<std::string> words{"a", "", "three"};
  auto views = test::rddOf<std::string_view>(engine, words, 2);
  views.checkpoint();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(views.collect(), words);
}

TEST_F(CheckpointTest, WithoutADirectoryIsRefused) {
  engine->setCheckpointDirectory("");
  const auto failure = test::failureOf<SparkException>([&] { doubled().checkpoint(); });
  EXPECT_NE(failure.find("setCheckpointDir"), std::string::npos) << failure;
}

TEST_F(CheckpointTest, ThatCannotBeWrittenFailsTheActionAndIsTriedAgain) {
  scratch.write("checkpoints", "a file where the directory should be");
  RDD<int> rdd = doubled();
  rdd.checkpoint();
  EXPECT_THROW(rdd.count(), SparkException);
  EXPECT_FALSE(rdd.isCheckpointed());
  std::filesystem::remove(scratch / "checkpoints");
  EXPECT_EQ(rdd.collect(), kDoubled);
  EXPECT_TRUE(rdd.isCheckpointed());
}

TEST_F(CheckpointTest, ThatIsDamagedIsAnErrorNamingTheFile) {
  RDD<int> rdd = doubled();
  rdd.checkpoint();
  rdd.count();
  const std::string part = *rdd.getCheckpointFile() + "/part-00001";
  std::filesystem::resize_file(part, std::filesystem::file_size(part) - 1);
  const auto failure = test::failureOf<SparkException>([&] { rdd.collect(); });
  EXPECT_NE(failure.find(part), std::string::npos) << failure;
}

TEST_F(CheckpointTest, OfAChainThatGrowsKeepsItShort) {
  RDD<int> rdd = doubled();
  for (int i = 0; i < 300; ++i) {
    rdd = rdd.map([](int number) { return number + 1; });
    if (i % 50 == 49) {
      rdd.checkpoint();
      rdd.count();
      EXPECT_EQ(JobGraph(rdd.node()).operators(), 1);
    }
  }
  EXPECT_EQ(rdd.first(), 302);
}

TEST_F(CheckpointTest, IsWrittenOnceByManyThreads) {
  RDD<int> rdd = doubled();
  rdd.checkpoint();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) EXPECT_EQ(rdd.collect(), kDoubled);
    });
  }
  threads.clear();
  EXPECT_TRUE(rdd.isCheckpointed());
  EXPECT_TRUE(rdd.node()->parentsHeld().empty());
}

TEST_F(CheckpointTest, LocalOneIsTheCache) {
  RDD<int> rdd = doubled().localCheckpoint();
  std::weak_ptr<Node> parent = rdd.node()->parents()[0];
  EXPECT_EQ(rdd.getStorageLevel(), StorageLevel::MEMORY_AND_DISK);
  rdd.take(1);
  EXPECT_TRUE(rdd.isCheckpointed()) << "all partitions, though the job read one";
  EXPECT_EQ(rdd.getCheckpointFile(), std::nullopt);
  EXPECT_TRUE(parent.expired());
  rdd.unpersist();
  EXPECT_EQ(rdd.collect(), kDoubled);
  EXPECT_EQ(*computed, 7);
}

TEST_F(CheckpointTest, LocalOneIsNotLostForWantOfMemory) {
  engine->setMemoryLimit(1);
  RDD<int> rdd = doubled().localCheckpoint();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(rdd.collect(), kDoubled);
  EXPECT_EQ(*computed, 7);
}

}  // namespace
}  // namespace millrace::core
