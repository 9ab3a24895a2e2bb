#include <millrace/io/receiver_log.hpp>

#include <millrace/base/error.hpp>
#include <millrace/io/record_block.hpp>
#include <millrace/io/text_block_builder.hpp>

#include "io/received.hpp"
#include "support/failures.hpp"
#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using Ints = std::vector<int>;
using Texts = std::vector<std::string>;

BlockPtr numbers(const Ints& records) { return blockOf(RecordVector<int>(records.begin(), records.end())); }

class ReceiverLogTest : public testing::Test {
 protected:
  std::shared_ptr<ReceiverLog> open(std::optional<std::uint64_t> from = std::nullopt,
                                    const ReceivedForm& form = receivedForm<int>()) {
    auto log = std::make_shared<ReceiverLog>(clock, form, options);
    log->open(files, "/receivedData/0", from);
    return log;
  }
  static void store(ReceiverLog& log, const Ints& records) { log.store(numbers(records), {}); }
  /// All that can be polled now.
  template <class T = int>
  static std::vector<std::vector<T>> poll(LoggedBlocks& blocks) {
    std::vector<std::vector<T>> polled;
    while (const BlockPtr block = blocks.pollBlock(1)) {
      polled.push_back(test::Received::recordsOf<T>(block));
      EXPECT_EQ(block->records(), polled.back().size());
    }
    return polled;
  }

  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  test::MemoryFileSystem memory;
  std::shared_ptr<test::FaultyFileSystem> files = std::make_shared<test::FaultyFileSystem>(memory);
  ReceiverLog::Options options;
};

TEST_F(ReceiverLogTest, GivesWhatWasStoredInThisRunAndInEarlierOnes) {
  {
    const auto log = open();
    LoggedBlocks blocks(log);
    EXPECT_EQ(poll(blocks), std::vector<Ints>());
    store(*log, {1, 2});
    store(*log, {3});
    EXPECT_EQ(blocks.pollsLeft(), 2u);
    EXPECT_EQ(poll(blocks), (std::vector<Ints>{{1, 2}, {3}}));
    EXPECT_EQ(blocks.position(), Position(3));
    blocks.seek(2);
    EXPECT_EQ(poll(blocks), (std::vector<Ints>{{3}}));
  }
  memory.cutPower();
  const auto log = open(2);
  LoggedBlocks blocks(log);
  EXPECT_EQ(blocks.position(), Position(1));
  blocks.seek(2);
  store(*log, {4});
  EXPECT_EQ(blocks.pollsLeft(), 2u);
  EXPECT_EQ(poll(blocks), (std::vector<Ints>{{3}, {4}}));
}

/// These lines as a socket's receiver has them.
BlockPtr lines(const std::string& text) {
  TextBlockBuilder builder;
  std::ranges::copy(text, builder.prepare().begin());
  builder.commit(text.size());
  return builder.cut();
}

TEST_F(ReceiverLogTest, LinesAreReadFromTheLogAsViews) {
  const auto log = open(std::nullopt, receivedForm<std::string_view>());
  log->store(lines("one\n\nthree\xff\r\n"), {});
  LoggedBlocks blocks(log);
  ASSERT_NE(blocks.pollBlock(1), nullptr);
  blocks.seek(1);
  const BlockPtr block = blocks.pollBlock(1);
  ASSERT_NE(block, nullptr);
  const auto reader = typed<std::string_view>(block->open());
  const Chunk<std::string_view> chunk = reader->next();
  EXPECT_EQ(Texts(chunk.begin(), chunk.end()), (Texts{"one", "", "three\xff"}));
}

TEST_F(ReceiverLogTest, SerializedRecordsAreLoggedAsTheyCame) {
  ByteWriter bytes;
  Codec<Texts>::write(bytes, {"a", "bc"});
  const auto log = open(std::nullopt, receivedForm<std::string>());
  log->store(serializedBlock<std::string>(bytes.written(), "here"), {});
  log->store(serializedBlock<std::string>(bytes.written().substr(0, 3), "cut short"), {});
  LoggedBlocks blocks(log);
  while (blocks.pollBlock(1)) continue;
  blocks.seek(1);
  EXPECT_EQ(test::Received::recordsOf<std::string>(blocks.pollBlock(1)), (Texts{"a", "bc"}));
  EXPECT_EQ(test::Received::recordsOf<std::string>(blocks.pollBlock(1)), (Texts{"a"}));
}

TEST_F(ReceiverLogTest, StoringWaitsWhileMemoryIsFull) {
  options.mostBytes = 1;
  const auto log = open();
  LoggedBlocks blocks(log);
  std::atomic<int> stored = 0;
  std::jthread storing([&] {
    for (int i = 0; i < 100; ++i) {
      store(*log, {i});
      ++stored;
    }
  });
  int seen = 0;
  while (seen < 100) {
    const BlockPtr block = blocks.pollBlock(1);
    if (!block) continue;
    ++seen;
    EXPECT_LE(stored, seen + 1);
  }
}

TEST_F(ReceiverLogTest, AStopEndsTheWaitAndTheBlockIsStored) {
  options.mostBytes = 1;
  const auto log = open();
  store(*log, {1});
  std::stop_source stop;
  std::jthread storing([&] { log->store(numbers({2}), stop.get_token()); });
  stop.request_stop();
  storing.join();
  LoggedBlocks blocks(log);
  EXPECT_EQ(poll(blocks), (std::vector<Ints>{{1}, {2}}));
}

TEST_F(ReceiverLogTest, TriesAgainAndThenSaysThatTheBlockIsNotStored) {
  options.maxFailures = 2;
  const auto log = open();
  LoggedBlocks blocks(log);
  store(*log, {1});
  files->failCall(2);
  store(*log, {2});
  files->fullAfter(0);
  EXPECT_NE(test::failureOf<SparkException>([&] { store(*log, {3}); }).find("No space left on device"),
            std::string::npos);
  files->fullAfter(1 << 20);
  store(*log, {4});
  EXPECT_EQ(poll(blocks), (std::vector<Ints>{{1}, {2}, {4}}));
  blocks.seek(1);
  EXPECT_EQ(poll(blocks), (std::vector<Ints>{{1}, {2}, {4}}));
}

TEST_F(ReceiverLogTest, TenThreadsStoreAtOnce) {
  const auto log = open();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < 50; ++k) store(*log, {100 * i + k});
      });
    }
  }
  LoggedBlocks blocks(log);
  std::vector<Ints> polled = poll(blocks);
  blocks.seek(1);
  EXPECT_EQ(poll(blocks), polled);
  std::ranges::sort(polled);
  ASSERT_EQ(polled.size(), 500u);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(polled[static_cast<std::size_t>(i)], Ints{100 * (i / 50) + i % 50});
}

TEST_F(ReceiverLogTest, WhatNoRunNeedsIsRemovedWhenItsTimeIsOver) {
  options.rollingInterval = 1000;
  const auto log = open();
  const auto segments = [&] {
    return std::ranges::count_if(memory.list("/receivedData/0"),
                                 [](const std::string& name) { return name.starts_with("log-"); });
  };
  for (int i = 0; i < 10; ++i) {
    store(*log, {i});
    clock->advance(500);
  }
  EXPECT_EQ(segments(), 5);
  log->cleanTo(7);
  EXPECT_EQ(segments(), 2);
}

TEST_F(ReceiverLogTest, IsCaughtUpWhenNothingOfAnEarlierRunIsLeft) {
  store(*open(), {1});
  const auto log = open();
  LoggedBlocks blocks(log);
  store(*log, {2});
  EXPECT_NE(blocks.pollBlock(1), nullptr);
  EXPECT_FALSE(log->isCaughtUp());
  EXPECT_NE(blocks.pollBlock(1), nullptr);
  EXPECT_TRUE(log->isCaughtUp());
}

TEST_F(ReceiverLogTest, TellsEachOfThoseThatPollItOfNewBlocks) {
  const auto log = open();
  LoggedBlocks blocks(log);
  int notified = 0;
  blocks.onNotify([&] { ++notified; });
  { const LoggedBlocks others(log); }
  store(*log, {1});
  EXPECT_EQ(notified, 1);
}

TEST_F(ReceiverLogTest, RefusesToGoOnWithoutBlocksOrWithThoseOfAnotherType) {
  store(*open(), {1});
  const auto reason = [&](std::uint64_t from, const ReceivedForm& form = receivedForm<int>()) {
    return test::failureOf<IllegalArgument>([&] { open(from, form); });
  };
  EXPECT_EQ(reason(3),
            "the log of a receiver in /receivedData/0 has the blocks from 1 up to 2, and the checkpoint goes "
            "on at 3: restore the directory, or set spark.streaming.recovery.startAfresh=true");
  EXPECT_EQ(
      reason(1, receivedForm<std::string>()),
      "the log of a receiver in /receivedData/0 has blocks that were not processed: block 1 has records "
      "of the form i4, and the receiver stores std::string of the form s; go back to the type that it "
      "had until they are, or set spark.streaming.recovery.startAfresh=true");
  EXPECT_NO_THROW(open(2, receivedForm<std::string>()));
}

TEST_F(ReceiverLogTest, OnceClosedItStoresNothingAndTheDirectoryIsFree) {
  const auto log = open();
  EXPECT_THROW(open(), SparkException);
  log->close();
  EXPECT_EQ(test::failureOf<SparkException>([&] { store(*log, {1}); }),
            "the log of a receiver is closed: the context has stopped");
  EXPECT_NO_THROW(open());
}

}  // namespace
}  // namespace millrace::core
