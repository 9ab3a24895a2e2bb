#include <millrace/base/error.hpp>
#include <millrace/contexts/scheduler/health_log.hpp>
#include <millrace/contexts/scheduler/progress_listener.hpp>
#include <millrace/contexts/scheduler/stats_report_listener.hpp>

#include "support/captured_log.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

using Lines = std::vector<std::string>;

/// A batch of so many records that waited 2 ms, and took as long as said.
BatchInfo batchOf(std::int64_t time, std::int64_t records, std::int64_t processing) {
  BatchInfo batch;
  batch.batchTime = Time(time);
  batch.streamIdToInputInfo[0] = {.inputStreamId = 0, .numRecords = records};
  batch.submissionTime = time + 1;
  batch.processingStartTime = time + 3;
  batch.processingEndTime = time + 3 + processing;
  batch.outputOperationInfos[0] = {.batchTime = Time(time),
                                   .id = 0,
                                   .name = "print",
                                   .description = "",
                                   .startTime = time + 3,
                                   .endTime = time + 3 + processing,
                                   .failureReason = {}};
  return batch;
}

TEST(StatsReportListener, LogsHowTheDelaysOfTheNewestBatchesAreDistributed) {
  test::CapturedLog log;
  StatsReportListener listener(2);
  listener.onBatchCompleted(batchOf(1000, 1, 500));
  listener.onBatchCompleted(batchOf(2000, 1, 10));
  listener.onBatchCompleted(batchOf(3000, 1, 20));
  listener.onBatchCompleted(BatchInfo());
  const Lines lines = log.lines();
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[4],
            "total delay batches=2 mean_ms=17 p0=12 p5=12 p10=12 p25=12 p50=22 p75=22 p90=22 p95=22 p100=22");
  EXPECT_EQ(
      lines[5],
      "processing time batches=2 mean_ms=15 p0=10 p5=10 p10=10 p25=10 p50=20 p75=20 p90=20 p95=20 p100=20");
  EXPECT_THROW(StatsReportListener(0), IllegalArgument);
}

TEST(ProgressListener, CountsBatchesOnTheirWay) {
  core::ProgressListener progress;
  EXPECT_EQ(progress.gauges(0).at("lastCompletedBatch_totalDelay"), -1);
  EXPECT_EQ(progress.gauges(0).at("lastReceivedBatch_records"), -1);
  const BatchInfo first = batchOf(1000, 5, 10), second = batchOf(2000, 7, 20);
  progress.onBatchSubmitted(first);
  progress.onBatchStarted(first);
  progress.onBatchSubmitted(second);
  auto gauges = progress.gauges(0);
  EXPECT_EQ(gauges.at("runningBatches"), 1);
  EXPECT_EQ(gauges.at("waitingBatches"), 1);
  EXPECT_EQ(gauges.at("unprocessedBatches"), 2);
  EXPECT_EQ(gauges.at("totalReceivedRecords"), 12);
  EXPECT_EQ(gauges.at("totalProcessedRecords"), 0);
  EXPECT_EQ(gauges.at("lastReceivedBatch_records"), 7);
  progress.onBatchCompleted(first);
  gauges = progress.gauges(0);
  EXPECT_EQ(gauges.at("totalCompletedBatches"), 1);
  EXPECT_EQ(gauges.at("totalProcessedRecords"), 5);
  EXPECT_EQ(gauges.at("lastCompletedBatch_processingDelay"), 10);
  EXPECT_EQ(gauges.at("lastCompletedBatch_schedulingDelay"), 2);
  EXPECT_EQ(gauges.at("lastCompletedBatch_totalDelay"), 12);
  EXPECT_EQ(gauges.at("unprocessedBatches"), 1);
}

TEST(HealthLog, SaysOncePerIntervalHowTheProgramFares) {
  test::CapturedLog log;
  auto clock = std::make_shared<ManualClock>(0);
  auto progress = std::make_shared<core::ProgressListener>();
  core::HealthLog health(clock, progress, 60'000, 1000);
  auto complete = [&](std::int64_t time, std::int64_t records, std::int64_t processing) {
    const BatchInfo batch = batchOf(time, records, processing);
    clock->setTime(*batch.processingEndTime);
    progress->onBatchCompleted(batch);
    health.onBatchCompleted(batch);
  };
  complete(30'000, 100, 10);
  EXPECT_EQ(log.lines(), Lines());
  complete(60'000, 200, 20);
  EXPECT_EQ(log.lines(), (Lines{"health batches=2 records=300 records_per_s=4 scheduling_delay_ms=2 "
                                "processing_delay_ms=20 behind_ms=23 batches_waiting=0 receivers=\"0 of 0\" "
                                "slowest_output=\"print, 20 ms\""}));
  complete(120'030, 60'000, 3000);
  ASSERT_EQ(log.lines().size(), 2U);
  EXPECT_TRUE(log.lines()[1].starts_with("health: falling behind batches=1 records=60000")) << log.lines()[1];
  EXPECT_EQ(log.entries()[1].first, LogLevel::kWarning);
}

TEST(Gauges, AreAlikeInBothModes) {
  using namespace test;
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto numbers = running.receiver<int>();
    auto seen = running.collect(numbers.stream);
    running.play({start(), addData(numbers, {1, 2, 3}), closeBatch(), addData(numbers, {4}), closeBatch()});
    const auto gauges = running.context().gauges();
    EXPECT_EQ(gauges.at("totalReceivedRecords"), 4);
    EXPECT_EQ(gauges.at("lastReceivedBatch_records"), 1);
    EXPECT_EQ(gauges.at("receivers"), 1);
    EXPECT_EQ(gauges.at("activeReceivers"), 1);
    EXPECT_EQ(gauges.at("sourceWaits"), 0);
    running.stop();
    EXPECT_EQ(running.context().gauges().at("totalCompletedBatches"), 2);
    EXPECT_EQ(running.context().gauges().at("totalProcessedRecords"), 4);
  });
}

}  // namespace
}  // namespace millrace
