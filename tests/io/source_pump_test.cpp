#include <millrace/io/source_pump.hpp>

#include <millrace/rdd/core/records/reader.hpp>

#include "support/captured_log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using namespace std::chrono_literals;

/// A log of numbers that a test writes and a partition reads. What the partition did is written down.
struct Log {
  std::mutex mutex;
  std::vector<int> numbers;
  std::vector<std::string> calls;
  bool fails = false;
  SourcePartitionBase* partition = nullptr;

  void write(std::vector<int> more) {
    std::lock_guard lock(mutex);
    numbers.insert(numbers.end(), more.begin(), more.end());
    if (partition != nullptr) partition->notify();
  }
  void setFails(bool fail) {
    std::lock_guard lock(mutex);
    fails = fail;
  }
};

class LogPartition final : public SourcePartition<int> {
 public:
  explicit LogPartition(Log& log) : log_(log) {
    std::lock_guard lock(log_.mutex);
    log_.partition = this;
    log_.calls.emplace_back("open");
  }
  ~LogPartition() override {
    std::lock_guard lock(log_.mutex);
    log_.partition = nullptr;
  }
  void poll(PollRoom<int>& room) override {
    std::lock_guard lock(log_.mutex);
    while (at_ < log_.numbers.size() && !room.full()) room.add(log_.numbers[at_++]);
    if (log_.fails) throw std::runtime_error("the log cannot be read");
  }
  Position position() const override { return at_; }
  void seek(const Position& position) override {
    at_ = position.as<std::size_t>();
    std::lock_guard lock(log_.mutex);
    log_.calls.push_back("seek " + position.text());
  }

 private:
  Log& log_;
  std::size_t at_ = 0;
};

/// Writes down what a pump brings: numbers, and marks as "mark 3 of 9 to 17".
class Brought final : public PumpSink {
 public:
  void onBlock(int, BlockPtr block) override {
    std::vector<std::string> texts;
    auto reader = typed<int>(block->open());
    for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next()) {
      for (int number : chunk) texts.push_back(std::to_string(number));
    }
    note(texts);
  }
  void onMark(int, std::int64_t mark, const PositionRange& covered) override {
    note({"mark " + std::to_string(mark) + " of " + covered.from.text() + " to " + covered.until.text()});
  }

  std::vector<std::string> await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 30s, [&] { return all_.size() >= count; });
    return all_;
  }

 private:
  void note(const std::vector<std::string>& texts) {
    std::lock_guard lock(mutex_);
    all_.insert(all_.end(), texts.begin(), texts.end());
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> all_;
};

using Texts = std::vector<std::string>;

struct SourcePumpTest : testing::Test {
  test::CapturedLog logged;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Log log;
  Brought brought;
  std::unique_ptr<SourcePump> pumpWith(RateShares& rate) {
    return std::make_unique<SourcePump>(
        clock, SourcePump::Options{"Numbers [0]", 0, 1000},
        [this](int) { return std::make_unique<LogPartition>(log); }, rate, brought);
  }
  RateShares noLimit{clock, 0, 0, 200, 1};
  const std::unique_ptr<SourcePump> unlimited = pumpWith(noLimit);
  SourcePump& pump = *unlimited;
};

TEST_F(SourcePumpTest, BringsWhatIsThereAndWhatComesLater) {
  log.write({1, 2});
  pump.start();
  EXPECT_EQ(brought.await(2), (Texts{"1", "2"}));
  log.write({3});
  EXPECT_EQ(brought.await(3), (Texts{"1", "2", "3"})) << "though the clock stands still";
}

/// Gives one number in each poll.
class ByTheNumber final : public SourcePartitionBase {
 public:
  explicit ByTheNumber(std::vector<int> numbers) : numbers_(std::move(numbers)) {}
  Position position() const override { return at_; }
  void seek(const Position& position) override { at_ = position.as<std::size_t>(); }
  std::size_t pollsLeft() const override { return numbers_.size() - at_; }
  BlockPtr pollBlock(std::size_t) override {
    if (at_ == numbers_.size()) return nullptr;
    return blockOf(RecordVector<int>{numbers_[at_++]});
  }

 private:
  const std::vector<int> numbers_;
  std::size_t at_ = 0;
};

TEST_F(SourcePumpTest, BeforeAMarkComesAllThatIsThereHoweverManyPollsItTakes) {
  SourcePump slow(
      clock, {"Numbers [0]", 0, 1000},
      [](int) {
        return std::make_unique<ByTheNumber>(std::vector{1, 2, 3});
      },
      noLimit, brought);
  slow.requestMark(7);
  slow.start();
  EXPECT_EQ(brought.await(4), (Texts{"1", "2", "3", "mark 7 of 0 to 3"}));
}

TEST_F(SourcePumpTest, PollsAgainAfterAWhileWithoutBeingTold) {
  pump.start();
  ASSERT_TRUE(clock->awaitWaiter(10, 30s));
  {
    std::lock_guard lock(log.mutex);
    log.numbers = {1};
  }
  clock->advance(10);
  EXPECT_EQ(brought.await(1), (Texts{"1"}));
}

TEST_F(SourcePumpTest, PutsMarksBehindWhatWasThereWhenTheyWereAskedFor) {
  pump.start();
  ASSERT_TRUE(clock->awaitWaiter(10, 30s));
  {
    std::lock_guard lock(log.mutex);
    log.numbers = {1, 2, 3};
  }
  pump.requestMark(7);
  EXPECT_EQ(brought.await(4), (Texts{"1", "2", "3", "mark 7 of 0 to 3"}));
  pump.requestMark(8);
  pump.requestMark(9);
  EXPECT_EQ(brought.await(6),
            (Texts{"1", "2", "3", "mark 7 of 0 to 3", "mark 8 of 3 to 3", "mark 9 of 3 to 3"}));
}

TEST_F(SourcePumpTest, OpensAFailedSourceAnewWhereItHadGotTo) {
  log.write({1, 2});
  pump.start();
  brought.await(2);
  log.setFails(true);
  log.write({3});
  ASSERT_TRUE(clock->awaitWaiter(1000, 30s));
  pump.requestMark(1);
  EXPECT_EQ(brought.await(3), (Texts{"1", "2", "mark 1 of 0 to 2"})) << "marks do not wait for the source";
  log.setFails(false);
  ASSERT_TRUE(clock->awaitWaiter(1000, 30s));
  clock->advance(1000);
  EXPECT_EQ(brought.await(4), (Texts{"1", "2", "mark 1 of 0 to 2", "3"}))
      << "nothing is lost, nothing comes twice";
  pump.stop();
  EXPECT_EQ(log.calls, (Texts{"open", "open", "seek 2"}));
  EXPECT_NE(testing::PrintToString(logged.lines()).find("the log cannot be read"), std::string::npos);
}

TEST_F(SourcePumpTest, KeepsToTheRate) {
  RateShares rate(clock, 10, 10, 1000, 1);
  const auto limited = pumpWith(rate);
  log.write(std::vector<int>(100, 7));
  limited->start();
  EXPECT_EQ(brought.await(1).size(), 1U);
  ASSERT_TRUE(clock->awaitWaiter(275, 30s)) << "when a quarter of a burst may be there";
  limited->requestMark(1);
  EXPECT_EQ(brought.await(2), (Texts{"7", "mark 1 of 0 to 1"})) << "marks do not wait for the rate";
  ASSERT_TRUE(clock->awaitWaiter(275, 30s));
  clock->advance(550);
  EXPECT_EQ(brought.await(7).size(), 7U);
  ASSERT_TRUE(clock->awaitWaiter(825, 30s));
  EXPECT_EQ(brought.await(7).size(), 7U);
}

TEST_F(SourcePumpTest, ARateThatRisesIsFeltAtOnce) {
  RateShares rate(clock, 0, 1, 10'000, 1);
  const auto limited = pumpWith(rate);
  log.write(std::vector<int>(100, 7));
  limited->start();
  ASSERT_TRUE(clock->awaitWaiter(2750, 30s));
  rate.updateRate(0x7fff'ffff'ffff'ffff);
  limited->wake();
  EXPECT_EQ(brought.await(100).size(), 100U) << "though the clock stands still";
}

TEST_F(SourcePumpTest, GivesBackWhatItDoesNotNeed) {
  RateShares rate(clock, 0, 100, 1000, 1);
  const auto limited = pumpWith(rate);
  clock->advance(1000);
  log.write({1, 2, 3});
  limited->start();
  ASSERT_TRUE(clock->awaitWaiter(1010, 30s));
  limited->stop();
  EXPECT_EQ(rate.take(0, 1000), 98U);
}

TEST(PollRoom, HasNoRoomForWhatTheRateForbids) {
  PollRoom<int> room(2);
  room.add(1);
  EXPECT_EQ(room.records(), 1U);
  room.add(2);
  room.add(3);
  EXPECT_TRUE(room.full()) << "also with one too many";
}

TEST(PollRoom, IsFullOfRecordsOrBytes) {
  PollRoom<std::string> texts;
  texts.add(std::string(PollRoom<std::string>::kMostBytes, 'x'));
  EXPECT_TRUE(texts.full());
  PollRoom<int> numbers;
  while (!numbers.full()) numbers.add(1);
  EXPECT_EQ(numbers.take()->records(), PollRoom<int>::kMostRecords);
}

TEST(Position, IsAValueOfTheSource) {
  using Place = std::pair<std::string, std::int64_t>;
  EXPECT_EQ(Position(17).as<long>(), 17);
  EXPECT_EQ(Position(17), Position(std::uint8_t{17}));
  EXPECT_EQ(Position(17).text(), "17");
  const Position inFile(Place{"a.log", 120});
  EXPECT_EQ(inFile.as<Place>(), (Place{"a.log", 120}));
  EXPECT_EQ(inFile.text(), "(a.log,120)");
  EXPECT_TRUE(Position().empty());
  EXPECT_FALSE(Position(0).empty());
}

}  // namespace
}  // namespace millrace::core
