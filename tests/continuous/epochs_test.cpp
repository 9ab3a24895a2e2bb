#include <millrace/continuous/epochs.hpp>

#include <millrace/io/record_block.hpp>

#include "contexts/observed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

class EpochsTest : public testing::Test {
 protected:
  static constexpr std::size_t kPoints = 2;

  BlockPtr block() const { return blockOf(std::vector{1}); }
  Epochs epochs(int cells) {
    return {kPoints, cells, Time(4000), Seconds(1), [this](Epoch epoch, EpochResult result) {
              closed.push_back(epoch);
              harvest_ = std::move(result);
            }};
  }
  static auto soon() { return std::chrono::steady_clock::now() + std::chrono::milliseconds(1); }

  std::vector<Epoch> closed;
  EpochResult harvest_;
};

TEST_F(EpochsTest, AreNumberedFromZero) {
  Epochs all = epochs(1);
  EXPECT_EQ(all.begin(Time(1000)), 0);
  EXPECT_EQ(all.begin(Time(2000)), 1);
}

TEST_F(EpochsTest, OneIsClosedWhenAllCellsHaveClosedIt) {
  Epochs all = epochs(3);
  Epoch epoch = all.begin(Time(1000));
  all.cellClosed(epoch);
  all.cellClosed(epoch);
  EXPECT_EQ(closed, std::vector<Epoch>{});
  all.cellClosed(epoch);
  EXPECT_EQ(closed, std::vector<Epoch>{0});
}

TEST_F(EpochsTest, CloseInOrder) {
  Epochs all = epochs(2);
  for (int i = 1; i <= 3; ++i) all.begin(Time(i * 1000));
  for (Epoch epoch : {2, 2, 1, 1, 0}) all.cellClosed(epoch);
  EXPECT_EQ(closed, std::vector<Epoch>{});
  all.cellClosed(0);
  EXPECT_EQ(closed, (std::vector<Epoch>{0, 1, 2}));
}

TEST_F(EpochsTest, PartsComeInTheOrderOfUnionsAndPartitions) {
  Epochs all = epochs(1);
  Epoch epoch = all.begin(Time(1000)), other = all.begin(Time(2000));
  for (PartitionPath key : {PartitionPath{{1, 0}, 0}, PartitionPath{{0, 1}, 1}, PartitionPath{{0, 1}, 0},
                            PartitionPath{{0, 0}, 5}, PartitionPath{{1, 0}, 1}})
    all.add(epoch, 1, key, {block(), {}});
  all.add(other, 1, {{}, 7}, {block(), {}});
  all.cellClosed(epoch);
  ASSERT_EQ(harvest_.sinks.size(), kPoints);
  EXPECT_TRUE(harvest_.sinks[0].empty());
  std::vector<PartitionPath> keys;
  for (const auto& [key, partition] : harvest_.sinks[1]) keys.push_back(key);
  EXPECT_EQ(keys,
            (std::vector<PartitionPath>{{{0, 0}, 5}, {{0, 1}, 0}, {{0, 1}, 1}, {{1, 0}, 0}, {{1, 0}, 1}}));
}

TEST_F(EpochsTest, KnowTheTimesOfThoseThatAreOpenAndOfThoseToCome) {
  Epochs all = epochs(1);
  EXPECT_EQ(all.timeOf(0), Time(5000)) << "records come before the first one has begun";
  EXPECT_EQ(all.timeOf(1), Time(6000));
  all.begin(Time(5000));
  all.begin(Time(7000));
  EXPECT_EQ(all.timeOf(0), Time(5000));
  EXPECT_EQ(all.timeOf(1), Time(7000));
  EXPECT_EQ(all.timeOf(2), Time(8000));
  EXPECT_EQ(all.timeOf(3), Time(9000));
}

TEST_F(EpochsTest, CountWhatEachSourceGave) {
  Epochs all = epochs(2);
  Epoch epoch = all.begin(Time(5000));
  all.addReceived(epoch, 0, 3);
  all.addReceived(epoch, 1, 5);
  all.addReceived(epoch, 0, 4);
  EXPECT_EQ(all.open(), 1U);
  all.cellClosed(epoch);
  all.cellClosed(epoch);
  EXPECT_EQ(harvest_.received, (std::map<std::size_t, std::int64_t>{{0, 7}, {1, 5}}));
  EXPECT_EQ(all.open(), 0U);
}

TEST_F(EpochsTest, TellWhichIsLate) {
  Epochs all = epochs(1);
  EXPECT_EQ(all.oldestBefore(Time(9000)), std::nullopt);
  all.begin(Time(5000));
  all.begin(Time(6000));
  EXPECT_EQ(all.oldestBefore(Time(5000)), std::nullopt);
  EXPECT_EQ(all.oldestBefore(Time(5001)), 0);
  all.cellClosed(0);
  EXPECT_EQ(all.oldestBefore(Time(6001)), 1);
}

TEST_F(EpochsTest, AWaitForRoomEndsWhenOneHasClosed) {
  Epochs all = epochs(1);
  all.begin(Time(1000));
  all.begin(Time(2000));
  EXPECT_TRUE(all.awaitFewerThan(3, soon()));
  EXPECT_FALSE(all.awaitFewerThan(2, soon()));
  std::jthread closing([&] { all.cellClosed(0); });
  EXPECT_TRUE(all.awaitFewerThan(2, test::soon()));
}

TEST_F(EpochsTest, OneThatIsBeingDeliveredIsStillOpen) {
  Epochs* waiting = nullptr;
  bool hadRoom = true;
  Epochs all(kPoints, 1, Time(0), Seconds(1),
             [&](Epoch, const EpochResult&) { hadRoom = waiting->awaitFewerThan(1, soon()); });
  waiting = &all;
  all.begin(Time(1000));
  all.cellClosed(0);
  EXPECT_FALSE(hadRoom);
  EXPECT_TRUE(all.awaitFewerThan(1, soon()));
}

TEST_F(EpochsTest, OneWhoseReceiverThrowsIsOverAndLaterOnesAreDelivered) {
  Epochs all(kPoints, 1, Time(0), Seconds(1), [&](Epoch epoch, const EpochResult&) {
    closed.push_back(epoch);
    if (epoch == 0) throw std::runtime_error("no room for a result");
  });
  all.begin(Time(1000));
  all.begin(Time(2000));
  EXPECT_THROW(all.cellClosed(0), std::runtime_error);
  EXPECT_EQ(all.open(), 1U);
  all.cellClosed(1);
  EXPECT_EQ(closed, (std::vector<Epoch>{0, 1}));
  EXPECT_EQ(all.open(), 0U);
}

TEST_F(EpochsTest, AStopEndsTheWaitWithoutRoom) {
  Epochs all = epochs(1);
  all.begin(Time(1000));
  std::jthread stopping([&] { all.stop(); });
  EXPECT_FALSE(all.awaitFewerThan(1, test::soon()));
  EXPECT_FALSE(all.awaitFewerThan(2, test::soon()));
}

}  // namespace
}  // namespace millrace::core
