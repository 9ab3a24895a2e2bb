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

/// Writes down what it hears of receivers and of what inputs gave, too.
class Everything final : public RecordingListener {
 public:
  void onReceiverStarted(const ReceiverInfo& receiver) override { note(receiver, "started"); }
  void onReceiverError(const ReceiverInfo& receiver) override {
    note(receiver, "error, " + receiver.lastErrorMessage + ": " + receiver.lastError);
  }
  void onReceiverStopped(const ReceiverInfo& receiver) override {
    note(receiver, "stopped, " + receiver.lastErrorMessage);
  }
  void onBatchSubmitted(const BatchInfo& batch) override {
    RecordingListener::onBatchSubmitted(batch);
    for (const auto& [id, input] : batch.streamIdToInputInfo) {
      events.add("input " + std::to_string(id) + ", " + std::to_string(input.numRecords) + " records, " +
                 input.metadata.description);
    }
  }

 private:
  void note(const ReceiverInfo& receiver, const std::string& what) {
    events.add(receiver.name + (receiver.active ? " (active) " : " ") + what);
  }
};

struct Scripted final : Receiver<int> {
  Scripted() : Receiver(StorageLevel::MEMORY_ONLY) {}
  void onStart() override {}
  void onStop() override {}
};

/// A partition with the numbers 1, 2, 3.
struct ThreeNumbers final : PartitionedSource<int> {
  struct Partition final : SourcePartition<int> {
    void poll(PollRoom<int>& room) override {
      while (at < 3 && !room.full()) room.add(++at);
    }
    Position position() const override { return at; }
    void seek(const Position& position) override { at = position.as<int>(); }
    int at = 0;
  };
  int partitions() const override { return 1; }
  std::unique_ptr<SourcePartition<int>> open(int) override { return std::make_unique<Partition>(); }
};

TEST(Listeners, HearOfTheWholeLifeOfAProgramInTheSameOrder) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto listener = std::make_shared<Everything>();
    running.context().addStreamingListener(listener);
    auto made = std::make_unique<Scripted>();
    Scripted& receiver = *made;
    auto received = running.context().receiverStream(std::move(made));
    received.foreachRDD([](const RDD<int>& rdd) {
      if (rdd.count() == 2) throw std::runtime_error("two are too many");
    });
    running.context().inputStream(std::make_shared<ThreeNumbers>()).foreachRDD([](const RDD<int>& rdd) {
      rdd.count();
    });

    running.start();
    listener->events.await(2);
    receiver.reportError("odd", std::runtime_error("noise"));
    receiver.store(std::vector<int>{1});
    running.advance();
    receiver.restart("once more", 0);
    Strings seen = listener->events.await(16);
    receiver.store(std::vector<int>{2, 3});
    running.advance();
    EXPECT_NE(running.awaitFailure().find("two are too many"), std::string::npos);
    receiver.store(std::vector<int>{4});
    running.stop(true);

    auto batch = [](const std::string& time, Strings inputs, const std::string& firstOutput) {
      Strings events{"submitted " + time};
      events.insert(events.end(), inputs.begin(), inputs.end());
      events.push_back("started " + time);
      for (std::string id : {"0", "1", "2"}) {
        const std::string output = "output " + id + " of " + time + " ";
        events.push_back(output + "started");
        events.push_back(output + (id == "0" ? firstOutput : "completed"));
      }
      events.push_back("completed " + time);
      return events;
    };
    Strings expected{"streaming 0", "Scripted-0 (active) started", "Scripted-0 (active) error, odd: noise"};
    auto add = [&](const Strings& more) { expected.insert(expected.end(), more.begin(), more.end()); };
    add(batch("1000", {"input 0, 1 records, ", "input 1, 3 records, part 0, offsets 0 to 3"}, "completed"));
    add({"Scripted-0 stopped, once more", "Scripted-0 (active) started"});
    add(batch("2000", {"input 0, 2 records, ", "input 1, 0 records, part 0, offsets 3 to 3"}, "failed"));
    add({"Scripted-0 stopped, The context stops"});
    add(batch("3000", {"input 0, 1 records, ", "input 1, 0 records, part 0, offsets 3 to 3"}, "completed"));
    EXPECT_EQ(listener->events.all(), expected);
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
