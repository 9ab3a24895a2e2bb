#include "counting_run.hpp"

#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

using namespace test;
TEST(CheckpointEvents, SayWhatAVersionTookAndHowOldTheNewestIs) {
  inBothModes([](const StreamOptions& options) {
    const auto files = std::make_shared<MemoryFileSystem>();
    const auto source = std::make_shared<LogSource>(2);
    CountingRun run(files, source, options);
    EXPECT_EQ(run->context().gauges().at("checkpointAgeMs"), -1);
    EXPECT_EQ(run->context().gauges().at("checkpointBytes"), -1);
    source->write({{1, 2}, {3}});
    run->advance();
    run.versions->await(1);
    source->write({{3}, {}});
    run->moveTo(2300);
    run.versions->await(2);
    run->clock().setTime(2700);
    const auto all = run.versions->all();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(run->context().gauges().at("checkpointAgeMs"), 700);
    EXPECT_EQ(run->context().gauges().at("checkpointBytes"), all[1].bytes);
    run->stop();

    EXPECT_EQ(all[0].batchEndTime, 1000);
    EXPECT_EQ(all[0].completionTime, 1000);
    EXPECT_EQ(all[0].changedKeys, 3 + 1);
    EXPECT_TRUE(all[0].isWhole);
    EXPECT_EQ(all[1].batchTime, Time(2000));
    EXPECT_EQ(all[1].batchEndTime, 2300);
    EXPECT_EQ(all[1].duration(), 0);
    EXPECT_EQ(all[1].changedKeys, 1 + 1);
    EXPECT_FALSE(all[1].isWhole);
    EXPECT_FALSE(all[1].failureReason);
    EXPECT_GT(all[1].bytes, 0);
    EXPECT_LT(all[1].bytes, all[0].bytes);

    StreamOptions later = options;
    later.now = 2900;
    CountingRun next(files, source, later);
    EXPECT_EQ(next->context().gauges().at("checkpointAgeMs"), 900) << "of the version of the run before";
    EXPECT_EQ(next->context().gauges().at("checkpointBytes"), -1);
    next->stop();
  });
}

TEST(CheckpointEvents, AVersionThatFailsSaysWhyAndLeavesItsKeysToTheNext) {
  inBothModes([](const StreamOptions& options) {
    MemoryFileSystem memory;
    const auto files = std::make_shared<FaultyFileSystem>(memory);
    const auto source = std::make_shared<LogSource>(2);
    CountingRun run(files, source, options);
    source->write({{1}, {}});
    run->advance();
    run.versions->await(1);
    files->failWhere([](const std::string& path) { return path.find("/state-") != path.npos; });
    source->write({{2}, {}});
    run->advance();
    run.versions->await(2);
    EXPECT_EQ(run->context().gauges().at("checkpointAgeMs"), 1000);
    files->failWhere({});
    source->write({{}, {3}});
    run->advance();
    run.versions->await(3);
    run->stop();
    const auto all = run.versions->all();
    ASSERT_EQ(all.size(), 3U);
    ASSERT_TRUE(all[1].failureReason);
    EXPECT_NE(all[1].failureReason->find("Input/output error"), std::string::npos) << *all[1].failureReason;
    EXPECT_EQ(all[1].bytes, 0);
    EXPECT_FALSE(all[2].failureReason);
    EXPECT_EQ(all[2].changedKeys, 2 * (1 + 1));
  });
}

/// Five batches of a number each; then the run stops at once.
void countFive(CountingRun& run, LogSource& source) {
  for (int i = 1; i <= 5; ++i) {
    source.write({{i}, {0}});
    run->advance();
  }
  run->stop();
}

TEST(CheckpointEpochs, EveryThirdEpochIsCommittedAndThoseBehindItRunAgain) {
  inBothModes([](StreamOptions options) {
    const bool isContinuous = options.mode == StreamingMode::kContinuous;
    options.conf = {{"spark.streaming.continuous.checkpointEpochs", "3"}};
    const auto files = std::make_shared<MemoryFileSystem>();
    const auto source = std::make_shared<LogSource>(2);
    CountingRun run(files, source, options);
    countFive(run, *source);
    if (isContinuous)
      EXPECT_EQ(run.versions->times(), (std::vector<std::int64_t>{3000}));
    else
      EXPECT_EQ(run.versions->times().back(), 5000) << "it is an option of the other mode";

    source->write({{6}, {0}});
    options.now = 5500;
    CountingRun again(files, source, options);
    EXPECT_EQ(again->context().gauges().at("checkpointAgeMs"), isContinuous ? 2500 : 500);
    again->advance();
    again->stop();
    const auto sums = again.counts.sorted();
    EXPECT_EQ(again.counts.times().front(), isContinuous ? 4000 : 6000);
    EXPECT_EQ(sums.back(), (Counts{{0, 6}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}}));
    EXPECT_EQ(again.versions->times().back(), 6000);
  });
}

TEST(CheckpointEpochs, AGracefulStopCommitsTheLastOne) {
  const auto files = std::make_shared<MemoryFileSystem>();
  const auto source = std::make_shared<LogSource>(2);
  StreamOptions options{.shape = {.partitions = 2, .threads = 2}, .mode = StreamingMode::kContinuous};
  options.conf = {{"spark.streaming.continuous.checkpointEpochs", "3"}};
  CountingRun run(files, source, options);
  source->write({{1}, {2}});
  run->advance();
  source->write({{1}, {}});
  run->stop(true);
  EXPECT_EQ(run.versions->times(), (std::vector<std::int64_t>{2000}));

  options.now = 2500;
  CountingRun next(files, source, options);
  next->advance();
  next->stop();
  EXPECT_EQ(next.counts.times(), (std::vector<std::int64_t>{3000}));
  EXPECT_EQ(next.counts.sorted().back(), (Counts{{1, 2}, {2, 1}}));
}

}  // namespace
}  // namespace millrace
