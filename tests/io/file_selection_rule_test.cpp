#include <millrace/io/file_selection_rule.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

FileStatus fileOf(std::uint64_t inode, std::uint64_t size, std::int64_t modified, std::int64_t changed = 0) {
  FileStatus file;
  file.kind = FileStatus::Kind::kFile;
  file.inode = inode;
  file.size = size;
  file.modified = modified;
  file.changed = std::max(modified, changed) * 1'000'000;
  return file;
}

// What a scan does with one file: true if the batch reads it.
bool reads(FileSelectionRule& rule, std::int64_t time, const FileStatus& file) {
  rule.beginScan(time);
  const bool read = !rule.skip("/d/f", file);
  rule.endScan();
  return read;
}

std::optional<FileSelectionRule::Skip> skipOf(FileSelectionRule& rule, std::int64_t time,
                                              const FileStatus& file) {
  rule.beginScan(time);
  auto skip = rule.skip("/d/f", file);
  rule.endScan();
  return skip;
}

void noFiles(FileSelectionRule& rule) {
  rule.beginScan(0);
  rule.endScan();
}

TEST(ModificationTimeRule, ReadsAFileOnceInItsSpan) {
  auto rule = modificationTimeRule(0, 3000, 1000);
  EXPECT_TRUE(reads(*rule, 1000, fileOf(1, 5, 1000)));
  EXPECT_FALSE(reads(*rule, 2000, fileOf(1, 5, 1000)));
  EXPECT_FALSE(reads(*rule, 4000, fileOf(1, 9, 3500))) << "appended to, while it is remembered";
  EXPECT_FALSE(reads(*rule, 5000, fileOf(1, 5, 1000))) << "forgotten, and too old";
}

TEST(ModificationTimeRule, ReadsTheFilesOfBatchesThatWereLeftOut) {
  auto rule = modificationTimeRule(0, 3000, 1000);
  EXPECT_TRUE(reads(*rule, 10'000, fileOf(1, 5, 9'500)));
  EXPECT_FALSE(reads(*rule, 20'000, fileOf(1, 5, 9'500))) << "that of 11,000 would have remembered it";
  EXPECT_TRUE(reads(*rule, 30'000, fileOf(2, 5, 20'500)));
  EXPECT_FALSE(reads(*rule, 31'000, fileOf(3, 5, 28'000)));
  EXPECT_FALSE(reads(*rule, 40'000, fileOf(4, 5, 29'000))) << "too old for that of 32,000, too";
}

TEST(ModificationTimeRule, AFileFromTheFutureWaitsForItsBatch) {
  auto rule = modificationTimeRule(0, 60'000, 1000);
  EXPECT_FALSE(reads(*rule, 1000, fileOf(1, 5, 1001)));
  EXPECT_TRUE(reads(*rule, 2000, fileOf(1, 5, 1001)));
}

TEST(ModificationTimeRule, TellsOfAFileThatCameTooLateOnce) {
  auto rule = modificationTimeRule(10'000, 60'000, 1000);
  EXPECT_FALSE(skipOf(*rule, 11'000, fileOf(1, 5, 9'000))->isNews) << "it was there before the stream";
  noFiles(*rule);
  auto late = skipOf(*rule, 12'000, fileOf(2, 5, 9'000, 11'500));
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->isNews);
  EXPECT_NE(late->reason.find("detectMoved"), std::string::npos) << late->reason;
  EXPECT_FALSE(skipOf(*rule, 13'000, fileOf(2, 5, 9'000, 11'500))->isNews);
}

TEST(ModificationTimeRule, TellsOfALateFileInADirectoryThatWasEmpty) {
  auto rule = modificationTimeRule(10'000, 60'000, 1000);
  EXPECT_TRUE(skipOf(*rule, 11'000, fileOf(1, 5, 9'000, 10'500))->isNews) << "before the first scan";
  auto other = modificationTimeRule(10'000, 60'000, 1000);
  noFiles(*other);
  EXPECT_TRUE(skipOf(*other, 12'000, fileOf(1, 5, 9'000, 11'500))->isNews) << "after one";
}

TEST(ModificationTimeRule, TellsOfAFileFromAFarFuture) {
  auto rule = modificationTimeRule(0, 60'000, 1000);
  EXPECT_FALSE(skipOf(*rule, 1000, fileOf(1, 5, 61'000))->isNews);
  EXPECT_TRUE(skipOf(*rule, 1000, fileOf(1, 5, 61'001))->isNews);
}

TEST(ModificationTimeRule, TakesAFileThatWasMovedInAtOnceAndForGood) {
  auto rule = modificationTimeRule(500, 60'000, 1000);
  EXPECT_FALSE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 500))) << "too old";
  EXPECT_FALSE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 1001))) << "of a later batch";
  EXPECT_TRUE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 900)));
  EXPECT_FALSE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 900)));
  EXPECT_FALSE(reads(*rule, 1000, fileOf(1, 5, 900)));
  EXPECT_FALSE(reads(*rule, 2000, fileOf(1, 5, 900)));
}

TEST(FileIdentityRule, TakesAFileThatWasMovedInAtOnceAndForGood) {
  auto rule = fileIdentityRule(true);
  EXPECT_FALSE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 100, 900)))
      << "what was there before is not known yet";
  noFiles(*rule);
  EXPECT_TRUE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 100, 900)));
  EXPECT_FALSE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 100, 900)));
  EXPECT_FALSE(reads(*rule, 1000, fileOf(1, 5, 100, 900)));
  EXPECT_FALSE(reads(*rule, 2000, fileOf(1, 5, 100, 900)));
  EXPECT_TRUE(rule->takesMoved(3000, "/d/f", fileOf(2, 5, 100, 2900))) << "another file has taken its place";
}

TEST(FileIdentityRule, DoesNotTakeAFileThatMayStillGrow) {
  auto rule = fileIdentityRule(true);
  noFiles(*rule);
  EXPECT_FALSE(rule->takesMoved(1000, "/d/f", fileOf(1, 5, 900)));
  EXPECT_TRUE(skipOf(*rule, 1000, fileOf(1, 5, 900))->isNews)
      << "the question left no trace, and the scan tells why";
  EXPECT_TRUE(reads(*rule, 2000, fileOf(1, 5, 900)));
}

TEST(FileIdentityRule, ReadsAFileThatWasMovedInLate) {
  auto rule = fileIdentityRule(true);
  noFiles(*rule);
  EXPECT_TRUE(reads(*rule, 200'000, fileOf(1, 5, 1000, 150'000)));
  EXPECT_FALSE(reads(*rule, 201'000, fileOf(1, 5, 1000, 150'000)));
}

TEST(FileIdentityRule, WaitsUntilAFileHasStoppedGrowing) {
  auto rule = fileIdentityRule(true);
  noFiles(*rule);
  EXPECT_FALSE(reads(*rule, 1000, fileOf(1, 5, 900)));
  EXPECT_FALSE(reads(*rule, 2000, fileOf(1, 9, 1900)));
  EXPECT_TRUE(reads(*rule, 3000, fileOf(1, 9, 1900)));
}

TEST(FileIdentityRule, LeavesOutWhatWasThereBefore) {
  auto rule = fileIdentityRule(true);
  const auto skip = skipOf(*rule, 0, fileOf(1, 5, 900, 950));
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->reason, "it was there before the stream, which reads new files only");
  EXPECT_FALSE(reads(*rule, 1000, fileOf(1, 5, 900, 950)));
  EXPECT_TRUE(reads(*rule, 2000, fileOf(2, 5, 900, 1950))) << "another file has taken its place";
}

TEST(FileIdentityRule, ReadsWhatWasThereBeforeIfAskedTo) {
  auto rule = fileIdentityRule(false);
  EXPECT_TRUE(reads(*rule, 1000, fileOf(1, 5, 900, 950)));
}

TEST(FileIdentityRule, TellsOfAFileThatChangedAfterItWasRead) {
  auto rule = fileIdentityRule(true);
  noFiles(*rule);
  ASSERT_TRUE(reads(*rule, 1000, fileOf(1, 5, 100, 900)));
  EXPECT_TRUE(skipOf(*rule, 2000, fileOf(1, 9, 1900))->isNews);
  EXPECT_FALSE(skipOf(*rule, 3000, fileOf(1, 9, 1900))->isNews);
}

TEST(FileIdentityRule, ForgetsWhatIsGone) {
  auto rule = fileIdentityRule(true);
  noFiles(*rule);
  ASSERT_TRUE(reads(*rule, 1000, fileOf(1, 5, 100, 900)));
  noFiles(*rule);
  EXPECT_TRUE(reads(*rule, 2000, fileOf(1, 5, 100, 1900))) << "a new file may have the inode of an old one";
}

}  // namespace
}  // namespace millrace::core
