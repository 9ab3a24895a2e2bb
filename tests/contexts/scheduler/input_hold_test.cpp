#include <millrace/contexts/scheduler/input_hold.hpp>

#include <millrace/base/file_system.hpp>
#include <millrace/dstream/input/receiver_input.hpp>

#include "contexts/inputs.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

/// A receiver, whose records go to no batch, and batches that the test tells of.
class InputHoldTest : public testing::Test {
 protected:
  InputHoldTest() {
    auto made = std::make_unique<test::Held>();
    receiver = made.get();
    receiverStream(graph, "By hand", tracker, std::move(made));
    hold->watchInputs();
    tracker->start();
    receiver->started.pass();
  }
  ~InputHoldTest() override { tracker->stop(test::kPatience); }

  BatchInfo& batch(std::int64_t time, std::int64_t records) {
    BatchInfo info;
    info.batchTime = Time(time);
    info.submissionTime = time;
    info.streamIdToInputInfo[0] = {.inputStreamId = 0, .numRecords = records};
    return batches[time] = info;
  }
  void submit(std::int64_t time, std::int64_t records) { hold->onBatchSubmitted(batch(time, records)); }
  void start(std::int64_t time) {
    batches.at(time).processingStartTime = time;
    hold->onBatchStarted(batches.at(time));
  }
  void end(std::int64_t time, std::int64_t took) {
    batches.at(time).processingEndTime = time + took;
    hold->onBatchEnded(batches.at(time));
  }
  /// A batch that is over.
  void run(std::int64_t time, std::int64_t records, std::int64_t took) {
    submit(time, records);
    start(time);
    end(time, took);
  }
  void store(std::size_t records) { receiver->store(std::vector<int>(records)); }
  bool isHeld() const { return !receiver->mayStore(); }

  const std::shared_ptr<Engine> engine =
      std::make_shared<Engine>(inlineJobRunner(), 2, std::make_shared<LocalFileSystem>());
  const std::shared_ptr<StreamGraph> graph = std::make_shared<StreamGraph>(engine, Seconds(1));
  const std::shared_ptr<ReceiverTracker> tracker =
      std::make_shared<ReceiverTracker>(std::make_shared<ManualClock>(500), ReceiverOptions());
  const std::shared_ptr<InputHold> hold = std::make_shared<InputHold>(graph, tracker, 10);
  test::Held* receiver = nullptr;
  std::map<std::int64_t, BatchInfo> batches;
};

TEST_F(InputHoldTest, BeforeABatchHasEndedAnotherWithRecordsHoldsThem) {
  submit(1000, 5);
  EXPECT_FALSE(isHeld());
  start(1000);
  store(1'000'000);
  EXPECT_FALSE(isHeld()) << "nobody knows yet how long these take";
  submit(2000, 0);
  EXPECT_FALSE(isHeld());
  submit(3000, 1);
  EXPECT_TRUE(isHeld());
  end(1000, 0);
  EXPECT_FALSE(isHeld());
}

TEST_F(InputHoldTest, BehindABatchThatRunsTwoIntervalsOfWorkMayWait) {
  run(1000, 2000, 4000);  // 500 in a second
  hold->onBatchMade();
  submit(2000, 100);
  start(2000);
  store(600);
  hold->onBatchMade();
  submit(3000, 600);
  store(400);
  EXPECT_FALSE(isHeld());
  store(1);
  EXPECT_TRUE(isHeld());
  EXPECT_EQ(hold->holds(), 1);
  hold->onBatchMade();
  submit(4000, 401);
  EXPECT_TRUE(isHeld());
  end(2000, 2);
  EXPECT_FALSE(isHeld());
  start(3000);
  EXPECT_FALSE(isHeld());
}

TEST_F(InputHoldTest, AReceiverGathersNoMoreThanMayWait) {
  constexpr std::size_t kAny = std::numeric_limits<std::int64_t>::max();
  run(1000, 2000, 4000);  // 500 in a second
  hold->onBatchMade();
  submit(2000, 1);
  start(2000);
  EXPECT_EQ(receiver->mostAtOnce(), 1000u);
  store(300);
  hold->onBatchMade();
  submit(3000, 300);
  EXPECT_EQ(receiver->mostAtOnce(), 700u);
  hold->onBatchMade();
  end(2000, 2);
  EXPECT_EQ(receiver->mostAtOnce(), kAny);
}

TEST_F(InputHoldTest, NothingIsHeldWhileNoBatchRunsAndThereIsTimeToSpare) {
  run(1000, 250, 500);
  store(1'000'000);
  EXPECT_FALSE(isHeld());
  submit(2000, 1);
  start(2000);
  EXPECT_TRUE(isHeld()) << "what has come is too much now";
}

TEST_F(InputHoldTest, AfterABatchThatEndedMoreThanHalfAnIntervalLateTwoIntervalsOfWorkMayWait) {
  run(1000, 300, 600);
  store(1000);
  EXPECT_FALSE(isHeld());
  store(1);
  EXPECT_TRUE(isHeld());
  hold->onBatchMade();
  submit(2000, 1001);
  EXPECT_TRUE(isHeld());
  start(2000);
  EXPECT_FALSE(isHeld());
}

TEST_F(InputHoldTest, TheBatchThatEndedLastSaysHowFastItGoes) {
  run(1000, 2000, 4000);
  run(2000, 2000, 1000);
  run(3000, 0, 5000);
  submit(4000, 1);
  start(4000);
  hold->onBatchMade();
  store(4000);
  EXPECT_FALSE(isHeld());
  store(1);
  EXPECT_TRUE(isHeld());
}

TEST_F(InputHoldTest, ABatchVouchesForTenTimesItsRecordsHoweverQuickItWas) {
  run(1000, 50, 0);
  submit(2000, 1);
  start(2000);
  hold->onBatchMade();
  store(500);
  EXPECT_FALSE(isHeld());
  store(1);
  EXPECT_TRUE(isHeld());
}

TEST_F(InputHoldTest, ASmallBatchTakesNothingBack) {
  run(1000, 2000, 4000);  // 500 in a second
  run(2000, 1, 1);
  submit(3000, 1);
  start(3000);
  hold->onBatchMade();
  store(1000);
  EXPECT_FALSE(isHeld());
  store(1);
  EXPECT_TRUE(isHeld());
}

TEST_F(InputHoldTest, AHundredRecordsMayAlwaysWait) {
  run(1000, 1, 60'000);
  submit(2000, 1);
  start(2000);
  hold->onBatchMade();
  store(100);
  EXPECT_FALSE(isHeld());
  store(1);
  EXPECT_TRUE(isHeld());
}

TEST_F(InputHoldTest, BatchesWithoutJobsBelongToTheNextThatHasSome) {
  for (std::int64_t time = 1000; time < 10'000; time += 1000) hold->onBatchWithoutJobs(batch(time, 100));
  run(10'000, 100, 5000);  // 2000 in ten seconds
  submit(11'000, 0);
  start(11'000);
  hold->onBatchMade();
  for (std::int64_t time = 12'000; time < 20'000; time += 1000) hold->onBatchWithoutJobs(batch(time, 500));
  EXPECT_FALSE(isHeld());
  store(1);
  EXPECT_TRUE(isHeld());
}

TEST_F(InputHoldTest, HoldsThemWhileNoFurtherBatchMayBeMade) {
  for (std::int64_t time = 1000; time < 10'000; time += 1000) submit(time, 0);
  EXPECT_FALSE(isHeld());
  submit(10'000, 0);
  EXPECT_TRUE(isHeld());
  start(1000);
  end(1000, 0);
  EXPECT_FALSE(isHeld());
  hold->setFull(true);
  EXPECT_TRUE(isHeld());
  hold->setFull(false);
  EXPECT_FALSE(isHeld());
}

}  // namespace
}  // namespace millrace::core
