#include "spark_parity/from_json.hpp"

#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <support/script.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <mutex>

namespace millrace::parity {
namespace {

/// Keeps what it is told. The harness waits for a batch's last event, which comes after all of these.
class Keeper final : public StreamingListener {
 public:
  void onBatchSubmitted(const BatchInfo& batch) override { keep(submitted, batch); }
  void onBatchStarted(const BatchInfo& batch) override { keep(started, batch); }
  void onBatchCompleted(const BatchInfo& batch) override { keep(completed, batch); }
  void onOutputOperationStarted(const OutputOperationInfo& output) override {
    keep(outputsStarted, output.id);
  }
  void onOutputOperationCompleted(const OutputOperationInfo& output) override {
    keep(outputsCompleted, output.id);
  }

  std::vector<BatchInfo> submitted, started, completed;
  std::vector<int> outputsStarted, outputsCompleted;

 private:
  template <class T>
  void keep(std::vector<T>& all, const T& one) {
    std::lock_guard lock(mutex_);
    all.push_back(one);
  }
  std::mutex mutex_;
};

TEST(SparkListeners, F30_BatchInfo) {
  const auto& expected = test::vector("F30").at("expect");
  auto keeper = std::make_shared<Keeper>();
  test::StreamTest running;
  running.context().addStreamingListener(keeper);
  running.collect(running.source<int>(test::batches<int>({{1}, {2}, {3}, {4}})));
  running.run(4);
  const auto count = static_cast<std::size_t>(fromJson<int>(expected.at("submitted").at("count")));
  ASSERT_EQ(keeper->submitted.size(), count);
  ASSERT_EQ(keeper->started.size(), count);
  ASSERT_EQ(keeper->completed.size(), count);
  for (const BatchInfo& batch : keeper->submitted) {
    EXPECT_FALSE(batch.schedulingDelay());
    EXPECT_FALSE(batch.processingDelay());
    EXPECT_FALSE(batch.totalDelay());
    EXPECT_EQ(batch.numRecords(), fromJson<int>(expected.at("submitted").at("numRecords")));
    EXPECT_TRUE(batch.streamIdToInputInfo.contains(0));
  }
  for (const BatchInfo& batch : keeper->started) {
    EXPECT_GE(batch.schedulingDelay(), 0);
    EXPECT_FALSE(batch.processingDelay());
    EXPECT_FALSE(batch.totalDelay());
    EXPECT_EQ(batch.numRecords(), 1);
  }
  std::int64_t last = 0;
  for (const BatchInfo& batch : keeper->completed) {
    EXPECT_GE(batch.schedulingDelay(), 0);
    EXPECT_GE(batch.processingDelay(), 0);
    EXPECT_GE(batch.totalDelay(), 0);
    EXPECT_EQ(batch.numRecords(), 1);
    for (std::int64_t time : {batch.submissionTime, *batch.processingStartTime, *batch.processingEndTime}) {
      EXPECT_GE(time, last);
      last = time;
    }
  }
}

TEST(SparkListeners, F32_OutputOperationsInOrder) {
  auto keeper = std::make_shared<Keeper>();
  test::StreamTest running;
  running.context().addStreamingListener(keeper);
  auto source = running.source<int>(test::batches<int>({{1}}));
  for (int i = 0; i < 3; ++i) source.foreachRDD([](const RDD<int>& rdd) { rdd.count(); });
  running.run(1);
  const std::vector<int> andOneOfTheHarness{0, 1, 2, 3};
  EXPECT_EQ(keeper->outputsStarted, andOneOfTheHarness);
  EXPECT_EQ(keeper->outputsCompleted, andOneOfTheHarness);
}

}  // namespace
}  // namespace millrace::parity
