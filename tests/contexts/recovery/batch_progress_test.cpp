#include <millrace/contexts/recovery/batch_progress.hpp>

#include <gtest/gtest.h>

namespace millrace::core {
namespace {

TEST(BatchProgress, IsCompleteUpToTheOldestBatchThatStillRuns) {
  BatchProgress progress;
  for (int time : {1, 2, 3}) progress.begin(Time(time));
  progress.end(Time(2), true);
  EXPECT_FALSE(progress.advance());
  progress.end(Time(1), true);
  EXPECT_EQ(progress.advance(), Time(2));
  EXPECT_FALSE(progress.advance()) << "it was told already";
  EXPECT_EQ(progress.oldestRunning(), Time(3));
  progress.end(Time(3), true);
  EXPECT_EQ(progress.advance(), Time(3));
  EXPECT_EQ(progress.incomplete(), 0U);
}

TEST(BatchProgress, NeverPassesABatchThatFailed) {
  BatchProgress progress;
  for (int time : {1, 2, 3}) progress.begin(Time(time));
  progress.end(Time(1), true);
  progress.end(Time(2), false);
  progress.end(Time(3), true);
  EXPECT_EQ(progress.advance(), Time(1));
  EXPECT_FALSE(progress.advance());
  EXPECT_EQ(progress.failed(), Time(2));
  EXPECT_EQ(progress.incomplete(), 2U);
}

}  // namespace
}  // namespace millrace::core
