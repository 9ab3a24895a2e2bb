#include <millrace/dstream/input/replayed_range.hpp>

#include <millrace/base/clock.hpp>
#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/readers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using Numbers = std::vector<int>;

/// Numbers from 0 on, of which `there` can be polled, `step` more after each poll that gives nothing.
class Counting final : public SourcePartition<int> {
 public:
  explicit Counting(std::size_t there, std::size_t step = 0) : there_(there), step_(step) {}
  void poll(PollRoom<int>& room) override {
    if (at_ == there_) there_ += std::exchange(step_, 0);
    while (at_ < there_ && !room.full()) room.add(static_cast<int>(at_++));
  }
  Position position() const override { return at_; }
  void seek(const Position& position) override { at_ = position.as<std::size_t>(); }
  std::chrono::milliseconds pollInterval() const override { return std::chrono::milliseconds(0); }

 private:
  std::size_t at_ = 0;
  std::size_t there_;
  std::size_t step_;
};

/// Ignores how much it may give.
class Flooding final : public SourcePartition<int> {
 public:
  void poll(PollRoom<int>& room) override {
    for (int i = 0; i < 10; ++i) room.add(i);
  }
  Position position() const override { return 10; }
  void seek(const Position&) override {}
};

Numbers again(SourcePartitionBase& partition, std::size_t from, std::size_t until, std::int64_t records) {
  ManualClock clock;
  std::stop_source stop;
  Numbers all;
  pollAgain(partition, {{from, until}, records}, "Counting [0]", clock, stop.get_token(),
            [&](BlockPtr block) {
              for (int number : test::drain<int>(block->open())) all.push_back(number);
            });
  return all;
}

TEST(ReplayedRange, ReadsExactlyTheRecordsOfTheRange) {
  Counting partition(100);
  EXPECT_EQ(again(partition, 3, 7, 4), (Numbers{3, 4, 5, 6}));
  EXPECT_EQ(again(partition, 0, 2, 2), (Numbers{0, 1}));
  EXPECT_EQ(again(partition, 5, 5, 0), Numbers());
}

TEST(ReplayedRange, MayBeLongerThanAPoll) {
  Counting partition(3 * SourcePartitionBase::kMostRecords);
  const std::size_t most = 2 * SourcePartitionBase::kMostRecords + 5;
  EXPECT_EQ(again(partition, 0, most, static_cast<std::int64_t>(most)).size(), most);
}

TEST(ReplayedRange, WaitsForASourceThatHasNothingForAWhile) {
  Counting partition(4, 3);
  EXPECT_EQ(again(partition, 3, 7, 4), (Numbers{3, 4, 5, 6}));
}

TEST(ReplayedRange, EndsWhenItIsStopped) {
  Counting partition(4);
  ManualClock clock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(test::failureOf<SparkException>([&] {
              pollAgain(partition, {{3, 7}, 4}, "Counting [0]", clock, stop.get_token(), [](BlockPtr) {});
            }),
            "Counting [0] does not give again the 4 records at 3 to 7 that a batch had: 3 are missing");
}

TEST(ReplayedRange, RefusesASourceThatGivesMore) {
  Flooding partition;
  EXPECT_EQ(test::failureOf<SparkException>([&] { again(partition, 0, 4, 4); }),
            "Counting [0] does not give again the 4 records at 0 to 4 that a batch had: it gives more");
}

TEST(ReplayedRange, RefusesASourceWhoseRecordsEndElsewhere) {
  Counting partition(100);
  EXPECT_EQ(test::failureOf<SparkException>([&] { again(partition, 3, 8, 4); }),
            "Counting [0] does not give again the 4 records at 3 to 8 that a batch had: these end at 7");
}

TEST(ReplayedRange, AreBytesAndBack) {
  const auto ranges = readRanges(writeRanges({{{3, 7}, 4}, {{}, 0}}));
  ASSERT_EQ(ranges.size(), 2U);
  EXPECT_EQ(ranges[0].positions.from, Position(3));
  EXPECT_EQ(ranges[0].positions.until.text(), "7");
  EXPECT_EQ(ranges[0].records, 4);
  EXPECT_TRUE(ranges[1].positions.until.empty());
  EXPECT_THROW(readRanges(writeRanges({{{3, 7}, 4}}) + "x"), BadRecord);
  EXPECT_THROW(readRanges("\x05"), BadRecord);
}

}  // namespace
}  // namespace millrace::core
