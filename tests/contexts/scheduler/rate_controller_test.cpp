#include <millrace/contexts/scheduler/rate_controller.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include "contexts/inputs.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {
namespace {

/// Shows what the limit of its rate lets through.
struct Limited final : Receiver<int> {
  Limited() : Receiver(StorageLevel::MEMORY_ONLY) {}
  void onStart() override { started.open(); }
  void onStop() override {}
  std::size_t inOneInterval() const { return mostPermitted(); }
  test::Gate started;
};

class RateControllerTest : public testing::Test {
 protected:
  RateControllerTest() {
    auto made = std::make_unique<Limited>();
    receiver = made.get();
    tracker->addReceiver(3, std::move(made));
    tracker->start();
    receiver->started.pass();
  }

  /// A batch of a second that ended at a time, after it had been processed for so long; all in ms.
  void complete(std::int64_t end, std::int64_t records, std::int64_t processed, std::int64_t waited = 0) {
    BatchInfo batch;
    batch.streamIdToInputInfo[3] = {.inputStreamId = 3, .numRecords = records};
    batch.streamIdToInputInfo[4] = {.inputStreamId = 4, .numRecords = 1};
    batch.submissionTime = end - processed - waited;
    batch.processingStartTime = end - processed;
    batch.processingEndTime = end;
    controller.onBatchCompleted(batch);
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<ReceiverTracker> tracker =
      std::make_shared<ReceiverTracker>(clock, ReceiverOptions{.blockInterval = 1000, .maxRate = 5000});
  Limited* receiver = nullptr;
  RateController controller{[this](int input, std::int64_t rate) { tracker->setRate(input, rate); },
                            PidRateEstimator(1000, {})};
};

TEST_F(RateControllerTest, TellsAReceiverWhatTheOutputsCanTake) {
  complete(1000, 2000, 500);
  EXPECT_EQ(receiver->inOneInterval(), 5001U) << "the first batch only shows where to begin";
  complete(2000, 2000, 1000, 200);
  EXPECT_EQ(receiver->inOneInterval(), 1921U);
  complete(3000, 1500, 1500, 1000);
  EXPECT_EQ(receiver->inOneInterval(), 801U);
}

TEST_F(RateControllerTest, NeverGoesAboveTheMostThatWasSet) {
  complete(1000, 1'000'000, 500);
  complete(2000, 1'000'000, 500);
  EXPECT_EQ(receiver->inOneInterval(), 5001U);
}

TEST_F(RateControllerTest, PassesOverBatchesThatDidNotEnd) {
  complete(1000, 2000, 500);
  controller.onBatchCompleted({});
  EXPECT_EQ(receiver->inOneInterval(), 5001U);
}

TEST(RateControllerOfSlowOutputs, SaysOneRecordASecondRatherThanNone) {
  std::vector<std::int64_t> said;
  RateController controller([&](int, std::int64_t rate) { said.push_back(rate); },
                            PidRateEstimator(1000, {.minRate = 0.1}));
  for (std::int64_t end : {10'000, 20'000}) {
    BatchInfo batch;
    batch.streamIdToInputInfo[0] = {.inputStreamId = 0, .numRecords = 1};
    batch.submissionTime = batch.processingStartTime.emplace(end - 10'000);
    batch.processingEndTime = end;
    controller.onBatchCompleted(batch);
  }
  EXPECT_EQ(said, std::vector<std::int64_t>{1}) << "0 would be taken for no limit";
}

TEST(Backpressure, HasSettingsThatAreChecked) {
  using Program = test::SmallProgram;
  const std::pair<std::string, std::string> on{"spark.streaming.backpressure.enabled", "true"};
  EXPECT_NO_THROW(Program({on}));
  EXPECT_THROW(Program({on, {"spark.streaming.backpressure.pid.minRate", "0"}}), IllegalArgument);
  EXPECT_THROW(Program({on, {"spark.streaming.backpressure.pid.integral", "much"}}), IllegalArgument);
  EXPECT_THROW(Program({on, {"spark.streaming.backpressure.rateEstimator", "mine"}}), IllegalArgument);
}

TEST(Backpressure, TheInitialRateHoldsFromTheFirstRecordOn) {
  const test::SmallProgram::Settings settings{{"spark.streaming.backpressure.initialRate", "50"}};
  test::SmallProgram program(settings);
  auto made = std::make_unique<Limited>();
  Limited& receiver = *made;
  program.ssc.receiverStream(std::move(made)).foreachRDD([](const RDD<int>& rdd) { rdd.count(); });
  program.ssc.start();
  receiver.started.pass();
  EXPECT_EQ(receiver.inOneInterval(), 11U);
  program.ssc.stop();
}

}  // namespace
}  // namespace millrace::core
