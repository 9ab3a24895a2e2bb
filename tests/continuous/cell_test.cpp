#include <millrace/continuous/cell.hpp>

#include <millrace/io/record_block.hpp>

#include "contexts/observed.hpp"
#include "support/sleeping_thread.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using test::Gate;

BlockPtr recordsOf(std::size_t count) { return blockOf(std::vector<int>(count, 7)); }

Mail mailOf(Epoch epoch, BlockPtr records = nullptr, int sender = 0) {
  return {epoch, sender, std::move(records), nullptr, nullptr};
}

/// Writes down what it receives: the epoch (a number that the test gives each mail) by the sender's number.
class NotingCell final : public Cell {
 public:
  explicit NotingCell(TaskPool& pool) : Cell(pool) {}

  void await(int count) const {
    for (int seen = received_; seen < count; seen = received_) received_.wait(seen);
  }

  std::map<int, std::vector<Epoch>> bySender;
  std::vector<std::thread::id> threads;
  std::function<void(const Mail&)> meanwhile;

 protected:
  void receive(Mail mail) noexcept override {
    EXPECT_FALSE(busy_.exchange(true)) << "two threads at once";
    bySender[mail.partition].push_back(mail.epoch);
    threads.push_back(std::this_thread::get_id());
    if (meanwhile) meanwhile(mail);
    busy_ = false;
    ++received_;
    received_.notify_all();
  }

 private:
  std::atomic<bool> busy_ = false;
  std::atomic<int> received_ = 0;
};

/// Never gets to what it is given.
class BusyPool final : public TaskPool {
 public:
  void enqueue(std::function<void()>) override {}
  void awaitIdle() override {}
};

class CellTest : public testing::Test {
 protected:
  ~CellTest() override { pool.reset(); }  // its tasks end before the cell
  std::unique_ptr<TaskPool> pool = threadTaskPool(2);
  NotingCell cell{*pool};
};

TEST_F(CellTest, LittleMailIsHandledByItsSender) {
  cell.post(mailOf(0));
  cell.post(mailOf(1, recordsOf(1023)));
  EXPECT_EQ(cell.bySender[0], (std::vector<Epoch>{0, 1}));
  EXPECT_EQ(cell.threads, std::vector(2, std::this_thread::get_id()));
}

TEST_F(CellTest, MuchMailIsHandedToThePool) {
  cell.post(mailOf(0, recordsOf(1024)));
  cell.await(1);
  EXPECT_NE(cell.threads[0], std::this_thread::get_id());
}

TEST_F(CellTest, WhatAMailSendsToItsOwnCellComesAfterIt) {
  cell.meanwhile = [&](const Mail& mail) {
    if (mail.epoch < 100) cell.post(mailOf(mail.epoch + 1));
    EXPECT_EQ(cell.bySender[0].back(), mail.epoch) << "it was handled inside the other";
  };
  cell.post(mailOf(0));
  cell.await(101);
  pool.reset();
  EXPECT_EQ(cell.bySender[0].size(), 101U);
}

TEST_F(CellTest, KeepsTheOrderOfEachSenderAndRunsOnOneThreadAtATime) {
  constexpr int kSenders = 4, kEach = 2000;
  {
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < kSenders; ++sender) {
      senders.emplace_back([this, sender] {
        BlockPtr much = recordsOf(1500), little = recordsOf(1);
        for (int i = 0; i < kEach; ++i) cell.post(mailOf(i, i % 3 == 0 ? much : little, sender));
      });
    }
  }
  cell.await(kSenders * kEach);
  pool.reset();
  for (int sender = 0; sender < kSenders; ++sender) {
    EXPECT_EQ(cell.bySender[sender].size(), static_cast<std::size_t>(kEach));
    EXPECT_TRUE(std::ranges::is_sorted(cell.bySender[sender])) << sender;
  }
}

TEST_F(CellTest, SomebodyWhoPostsMeanwhileDoesNotWait) {
  auto gate = Gate::make();
  cell.meanwhile = [gate](const Mail& mail) {
    if (mail.epoch == 0) gate->pass();
  };
  cell.post(mailOf(0, recordsOf(1500)));
  gate->awaitArrivals(1);
  cell.post(mailOf(1));
  gate->letGo();
  cell.await(2);
  EXPECT_EQ(cell.threads[1], cell.threads[0]) << "the thread that was there took it along";
}

TEST(Cell, WhoFindsItsMailboxFullEmptiesIt) {
  constexpr int kMostWaiting = 16;
  BusyPool busy;
  NotingCell cell(busy);
  for (int i = 0; i < kMostWaiting; ++i) cell.post(mailOf(i, recordsOf(1500)));
  EXPECT_TRUE(cell.threads.empty()) << "the pool has not got to it";
  cell.post(mailOf(kMostWaiting, recordsOf(1500)));
  EXPECT_EQ(cell.threads, std::vector(kMostWaiting + 1, std::this_thread::get_id()));
  EXPECT_TRUE(std::ranges::is_sorted(cell.bySender[0]));
}

TEST(Cell, AMailboxIsFullOfBytesToo) {
  BusyPool busy;
  NotingCell cell(busy);
  const BlockPtr large = recordsOf((std::size_t{9} << 20) / sizeof(int));
  cell.post(mailOf(0, recordsOf((std::size_t{40} << 20) / sizeof(int))));
  EXPECT_TRUE(cell.threads.empty()) << "one block may be of any size";
  cell.post(mailOf(1, large));
  EXPECT_EQ(cell.bySender[0], (std::vector<Epoch>{0, 1}));
  cell.post(mailOf(2, large));
  EXPECT_EQ(cell.bySender[0].size(), 2U) << "what was handled does not wait any more";
  cell.post(mailOf(3, large));
  EXPECT_EQ(cell.bySender[0], (std::vector<Epoch>{0, 1, 2, 3}));
}

TEST_F(CellTest, WhoFindsItsMailboxFullWaitsForTheThreadThatRunsIt) {
  constexpr int kMostWaiting = 16, kAll = 100;
  auto gate = Gate::make();
  cell.meanwhile = [gate](const Mail& mail) {
    if (mail.epoch == 0) gate->pass();
  };
  cell.post(mailOf(0, recordsOf(1500)));
  gate->awaitArrivals(1);
  std::atomic<int> sent = 0;
  std::atomic<pid_t> sender = 0;
  std::jthread sending([&] {
    sender = gettid();
    for (int i = 1; i <= kAll; ++i, ++sent) cell.post(mailOf(i, recordsOf(1)));
  });
  while (sent < kMostWaiting || (sent < kAll && !test::sleeps(sender))) std::this_thread::yield();
  EXPECT_EQ(sent, kMostWaiting);
  cell.post(mailOf(0, nullptr, 1));
  gate->letGo();
  cell.await(1 + kAll + 1);
  sending.join();
  EXPECT_EQ(sent, kAll);
  EXPECT_TRUE(std::ranges::is_sorted(cell.bySender[0]));
  EXPECT_EQ(cell.bySender[1].size(), 1U) << "a marker does not wait";
}

TEST(Mail, WithoutRecordsIsAMarker) {
  EXPECT_TRUE(mailOf(3).isMarker());
  EXPECT_FALSE(mailOf(3, recordsOf(1)).isMarker());
}

}  // namespace
}  // namespace millrace::core
