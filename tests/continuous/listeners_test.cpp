#include <millrace/contexts/scheduler/streaming_listener.hpp>

#include "contexts/observed.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Strings = std::vector<std::string>;

TEST(Listeners, HearOfEpochsAsOfBatches) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto listener = std::make_shared<RecordingListener>();
    running.context().addStreamingListener(listener);
    auto numbers = running.input<int>();
    running.collect(numbers.stream);
    running.play({start(), addData(numbers, {1}), closeBatch(), closeBatch()});
    auto events = listener->events.await(15);
    running.stop();
    Strings expected{"streaming 0"};
    for (std::string time : {"1000", "2000"}) {
      for (std::string event : {"submitted " + time, "started " + time, "output 0 of " + time + " started",
                                "output 0 of " + time + " completed", "output 1 of " + time + " started",
                                "output 1 of " + time + " completed", "completed " + time})
        expected.push_back(event);
    }
    EXPECT_EQ(events, expected);
  });
}

TEST(Listeners, HearHowManyRecordsASourceGave) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto listener = std::make_shared<RecordingListener>();
    running.context().addStreamingListener(listener);
    auto numbers = running.input<int>();
    auto received = running.receiver<int>();
    running.collect(numbers.stream);
    running.collect(received.stream);
    running.play({start(), addData(numbers, {1, 2}), addData(received, {3, 4}), addData(received, {5}),
                  closeBatch(), addData(received, {6}), closeBatch(), stop()});
    ASSERT_EQ(listener->completed().size(), 2U);
    std::vector<std::vector<std::int64_t>> records;
    for (const BatchInfo& batch : listener->completed()) {
      auto of = [&](int input) {
        auto known = batch.streamIdToInputInfo.find(input);
        return known == batch.streamIdToInputInfo.end() ? -1 : known->second.numRecords;
      };
      records.push_back({of(0), of(1), batch.numRecords()});
    }
    EXPECT_EQ(records, (std::vector<std::vector<std::int64_t>>{{2, 3, 5}, {0, 1, 1}}));
  });
}

TEST(Listeners, HearOfAnOutputThatFailed) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto listener = std::make_shared<RecordingListener>();
    running.context().addStreamingListener(listener);
    auto numbers = running.input<int>();
    numbers.stream.foreachRDD([](const RDD<int>&) { throw std::runtime_error("no output"); });
    running.play({start(), closeBatch(), fails("batch 1000 ms, foreachRDD #1: no output"), stop()});
    ASSERT_EQ(listener->completed().size(), 1U);
    EXPECT_EQ(listener->completed()[0].outputOperationInfos.at(0).failureReason, "no output");
  });
}

// A program that only writes records has epochs, too.
TEST(Listeners, HearOfEpochsOfWriters) {
  inBothModes([](const StreamOptions& options) {
    auto clock = std::make_shared<ManualClock>();
    SparkConf conf;
    conf.set("spark.streaming.mode", nameOf(options.mode));
    StreamingContext context(SparkContext(conf, makeEngine()), Seconds(1), clock);
    auto listener = std::make_shared<RecordingListener>();
    context.addStreamingListener(listener);
    context.queueStream(RDDQueue<int>()).foreach ([](int) {});
    context.start();
    clock->setTime(1000);
    auto events = listener->events.await(6);
    context.stop();
    EXPECT_EQ(events, (Strings{"streaming 0", "submitted 1000", "started 1000", "output 0 of 1000 started",
                               "output 0 of 1000 completed", "completed 1000"}));
  });
}

}  // namespace
}  // namespace millrace
