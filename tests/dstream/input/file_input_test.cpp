#include <millrace/dstream/input/file_input.hpp>

#include <millrace/base/error.hpp>

#include "support/scratch_directory.hpp"
#include "support/set_modified.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::StreamOptions;
using test::StreamTest;
using Lines = std::vector<std::vector<std::string>>;

class FileInputTest : public testing::TestWithParam<StreamingMode> {
 protected:
  StreamOptions options(std::map<std::string, std::string> conf = {}) const {
    return {.mode = GetParam(), .now = 12'000, .conf = std::move(conf)};
  }
  void SetUp() override { std::filesystem::create_directory(watched); }
  /// A file that was modified at a time, moved in from elsewhere.
  void moveIn(const std::string& name, std::string_view text, std::int64_t modified) {
    std::ofstream(elsewhere) << text;
    test::setModified(elsewhere, modified);
    std::filesystem::rename(elsewhere, watched + "/" + name);
  }

  const test::ScratchDirectory scratch;
  const std::string watched = scratch / "watched";
  const std::string elsewhere = scratch / "elsewhere";
};

INSTANTIATE_TEST_SUITE_P(Modes, FileInputTest, testing::ValuesIn(test::kModes), [](const auto& mode) {
  return mode.param == StreamingMode::kContinuous ? "continuous" : "micro_batch";
});

TEST_P(FileInputTest, ABatchHasTheLinesOfTheNewFiles) {
  moveIn("old", "old\n", 11'000);
  StreamTest running(options());
  auto lines = running.collect(running.context().textFileStream(watched));
  running.start();
  moveIn("b", "3\n4", 12'500);
  moveIn("a", "1\n2\n", 13'000);
  running.advance();
  moveIn("late", "too old\n", 11'500);
  moveIn("c", "5\n", 13'500);
  running.advance(2);
  running.stop();
  EXPECT_EQ(lines.records(), (Lines{{"1", "2", "3", "4"}, {"5"}, {}}));
}

TEST_P(FileInputTest, MovedFilesAreReadWhateverTheirTimes) {
  moveIn("old", "old\n", 11'000);
  StreamTest running(options({{"spark.streaming.fileStream.detectMoved", "true"}}));
  auto lines = running.collect(running.context().textFileStream(watched));
  running.start();
  moveIn("late", "1\n", 1'000);
  running.advance(2);
  running.stop();
  EXPECT_EQ(lines.records(), (Lines{{"1"}, {}}));
}

TEST_P(FileInputTest, AnOwnReaderAndFilter) {
  moveIn("old.txt", "old", 11'000);
  StreamTest running(options());
  auto contents = running.context().fileStream(
      watched,
      [](const SparkContext& context, const std::string& path) { return context.wholeTextFiles(path); },
      [](const std::string& path) { return path.ends_with(".txt"); }, false);
  auto collected = running.collect(contents.map([](const auto& file) { return file.second; }));
  running.start();
  moveIn("a.csv", "no", 12'500);
  moveIn("a, {b} *.txt", "1\n2", 12'500);
  running.advance();
  running.stop();
  EXPECT_EQ(collected.records(), (Lines{{"1\n2", "old"}}));
}

TEST_P(FileInputTest, BinaryRecords) {
  StreamTest running(options());
  auto records = running.collect(running.context().binaryRecordsStream(watched, 2));
  running.start();
  moveIn("a", "aabb", 12'500);
  moveIn("odd", "ccd", 12'500);
  running.advance();
  running.stop();
  EXPECT_EQ(records.records(), (Lines{{"aa", "bb"}}));
  EXPECT_TRUE(std::ranges::any_of(running.log().lines(), [](const std::string& line) {
    return line.find("no whole records") != std::string::npos;
  }));
}

TEST_P(FileInputTest, RecordsOfNoBytesAreRefusedWhereTheyAreAskedFor) {
  StreamTest running(options());
  EXPECT_THROW(running.context().binaryRecordsStream(watched, 0), IllegalArgument);
}

TEST_P(FileInputTest, WhatCannotBeReadIsLeftOut) {
  StreamTest running(options());
  auto lines = running.collect(running.context().textFileStream(watched));
  running.start();
  moveIn("a.bz2", "packed", 12'500);
  moveIn("b", "1", 12'500);
  running.advance();
  running.stop();
  EXPECT_EQ(lines.records(), (Lines{{"1"}}));
}

class BatchInputs final : public StreamingListener {
 public:
  void onBatchCompleted(const BatchInfo& batch) override { inputs.push_back(batch.streamIdToInputInfo); }
  std::vector<std::map<int, StreamInputInfo>> inputs;
};

TEST_P(FileInputTest, ListenersAreToldTheFilesOfEachBatch) {
  auto told = std::make_shared<BatchInputs>();
  {
    StreamTest running(options());
    running.context().addStreamingListener(told);
    auto lines = running.collect(running.context().textFileStream(watched));
    running.start();
    moveIn("b", "1", 12'500);
    moveIn("a", "2", 12'500);
    moveIn("c.bz2", "left out", 12'500);
    running.advance();
    running.advance();
    moveIn("d", "3", 14'500);
    running.advance();
    running.stop();
  }
  ASSERT_EQ(told->inputs.size(), 3U);
  using Files = std::vector<std::string>;
  const auto& first = told->inputs[0].at(0);
  EXPECT_EQ(first.inputStreamId, 0);
  EXPECT_EQ(first.numRecords, 0) << "not known before the batch runs";
  EXPECT_EQ(first.metadata.files, (Files{watched + "/a", watched + "/b"}));
  EXPECT_EQ(first.metadataDescription(), watched + "/a\n" + watched + "/b");
  EXPECT_EQ(told->inputs[1].at(0).metadata.files, Files{});
  EXPECT_EQ(told->inputs[1].at(0).metadataDescription(), std::nullopt);
  EXPECT_EQ(told->inputs[2].at(0).metadata.files, Files{watched + "/d"});
}

}  // namespace
}  // namespace millrace
