#include <millrace/dstream/input/partitioned_source.hpp>

#include <millrace/base/error.hpp>

#include "support/script.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using namespace test;
using Ints = std::vector<int>;

/// Numbers that a test writes into partitions, and that can be read again. Shared by the source and its partitions.
struct Logs {
  explicit Logs(int partitions) : numbers(static_cast<std::size_t>(partitions)) {}
  std::mutex mutex;
  std::vector<Ints> numbers;
  bool failsOnce = false;
};

class LogPartition final : public SourcePartition<int> {
 public:
  LogPartition(std::shared_ptr<Logs> logs, int partition)
      : logs_(std::move(logs)), partition_(static_cast<std::size_t>(partition)) {}
  void poll(PollRoom<int>& room) override {
    std::lock_guard lock(logs_->mutex);
    const Ints& numbers = logs_->numbers[partition_];
    while (at_ < numbers.size() && !room.full()) room.add(numbers[at_++]);
    if (std::exchange(logs_->failsOnce, false)) throw std::runtime_error("the connection is gone");
  }
  Position position() const override { return at_; }
  void seek(const Position& position) override { at_ = position.as<std::size_t>(); }

 private:
  const std::shared_ptr<Logs> logs_;
  const std::size_t partition_;
  std::size_t at_ = 0;
};

class LogSource final : public PartitionedSource<int> {
 public:
  explicit LogSource(int partitions) : logs_(std::make_shared<Logs>(partitions)) {}
  int partitions() const override { return static_cast<int>(logs_->numbers.size()); }
  std::unique_ptr<SourcePartition<int>> open(int partition) override {
    return std::make_unique<LogPartition>(logs_, partition);
  }
  std::string kind() const override { return "Log"; }

  void write(std::vector<Ints> more) {
    std::lock_guard lock(logs_->mutex);
    for (std::size_t i = 0; i < more.size(); ++i)
      logs_->numbers[i].insert(logs_->numbers[i].end(), more[i].begin(), more[i].end());
  }
  void failOnce() {
    std::lock_guard lock(logs_->mutex);
    logs_->failsOnce = true;
  }

 private:
  const std::shared_ptr<Logs> logs_;
};

Action write(const std::shared_ptr<LogSource>& source, std::vector<Ints> numbers) {
  return then([source, numbers = std::move(numbers)] { source->write(numbers); });
}

TEST(PartitionedSource, ABatchHasWhatWasThereByPartition) {
  inBothModesOnAllShapes([](const StreamOptions& options) {
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(3);
    auto seen = running.collect(running.context().inputStream(source).map([](int x) { return 10 * x; }));
    running.play({start(), write(source, {{1, 2}, {}, {3}}), closeBatch(), expect(seen, {10, 20, 30}),
                  closeBatch(), expect(seen, {}), write(source, {{4}, {5}}), closeBatch(),
                  expect(seen, {40, 50}), stop()});
    EXPECT_EQ(seen.all()[0].partitions, (std::vector<Ints>{{10, 20}, {}, {30}}));
    EXPECT_EQ(seen.all()[2].partitions, (std::vector<Ints>{{40}, {50}, {}}));
  });
}

class Inputs final : public StreamingListener {
 public:
  void onBatchSubmitted(const BatchInfo& batch) override {
    const StreamInputInfo& input = batch.streamIdToInputInfo.at(0);
    std::lock_guard lock(mutex_);
    texts_.push_back(std::to_string(input.numRecords) + " records\n" + input.metadata.description);
  }
  std::vector<std::string> texts() {
    std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> texts_;
};

TEST(PartitionedSource, ListenersAreToldThePositionsOfEachBatch) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(2);
    auto inputs = std::make_shared<Inputs>();
    running.context().addStreamingListener(inputs);
    auto seen = running.collect(running.context().inputStream(source));
    running.play(
        {start(), write(source, {{1, 2}, {3}}), closeBatch(), write(source, {{4}}), closeBatch(), stop()});
    EXPECT_EQ(inputs->texts(),
              (std::vector<std::string>{"3 records\npart 0, offsets 0 to 2\npart 1, offsets 0 to 1",
                                        "1 records\npart 0, offsets 2 to 3\npart 1, offsets 1 to 1"}));
  });
}

/// Where so many threads meet.
class Meeting {
 public:
  explicit Meeting(int threads) : missing_(threads) {}
  bool meet() {
    std::unique_lock lock(mutex_);
    if (--missing_ == 0) changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return missing_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int missing_;
};

TEST(PartitionedSource, ItsPartitionsAreWorkedOnAtTheSameTime) {
  inBothModes([](StreamOptions options) {
    options.shape.threads = 4;
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(4);
    auto meeting = std::make_shared<Meeting>(4);
    auto met = running.collect(
        running.context().inputStream(source).map([meeting](int) { return meeting->meet(); }));
    running.play({start(), write(source, {{1}, {2}, {3}, {4}}), closeBatch(),
                  expect(met, {true, true, true, true}), stop()});
  });
}

TEST(PartitionedSource, WhatFailsIsReadAgainWithoutLoss) {
  inBothModes([](StreamOptions options) {
    options.conf["spark.streaming.receiverRestartDelay"] = "1s";
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(1);
    auto seen = running.collect(running.context().inputStream(source));
    auto fail = then([source] { source->failOnce(); });
    running.play({start(), write(source, {{1}}), closeBatch(), fail, write(source, {{2, 3}}), closeBatch(),
                  closeBatch(), closeBatch(), closeBatch(), stop()});
    Ints all;
    for (const Ints& batch : seen.records()) all.insert(all.end(), batch.begin(), batch.end());
    EXPECT_EQ(all, (Ints{1, 2, 3}));
  });
}

TEST(PartitionedSource, AGracefulStopTakesWhatIsThere) {
  inBothModes([](const StreamOptions& options) {
    StreamTest running(options);
    auto source = std::make_shared<LogSource>(2);
    auto seen = running.collect(running.context().inputStream(source));
    running.start();
    source->write({{1}, {2}});
    running.stop(true);
    Ints all;
    for (const Ints& batch : seen.records()) all.insert(all.end(), batch.begin(), batch.end());
    EXPECT_EQ(all, (Ints{1, 2}));
  });
}

TEST(PartitionedSource, NeedsAPartition) {
  StreamTest running;
  EXPECT_THROW(running.context().inputStream(std::make_shared<LogSource>(0)), IllegalArgument);
}

}  // namespace
}  // namespace millrace
