#include <millrace/io/store/block_log.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using test::failureOf;
using Blocks = std::vector<std::string>;

const std::string kLog = "/received";
constexpr std::uint64_t kSmallSegment = 60;

Blocks blocksOf(const BlockLog& log, std::uint64_t from, std::uint64_t to) {
  Blocks blocks;
  std::uint64_t expected = from;
  log.read(from, to, [&](std::uint64_t position, std::string_view block) {
    EXPECT_EQ(position, expected++);
    blocks.emplace_back(block);
  });
  return blocks;
}

Blocks allBlocks(const BlockLog& log) { return blocksOf(log, log.first(), log.next()); }

class BlockLogTest : public testing::Test {
 protected:
  /// Appends "block 1" and so on up to this one; the number of the last that was acknowledged.
  static std::uint64_t write(FileSystem& files, std::uint64_t last) {
    std::uint64_t acknowledged = 0;
    try {
      BlockLog log(files, kLog, kSmallSegment);
      for (std::uint64_t i = 1; i <= last; ++i) {
        log.append("block " + std::to_string(i));
        acknowledged = i;
      }
    } catch (const SparkException&) {
    }
    return acknowledged;
  }
  static Blocks numbered(std::uint64_t last) {
    Blocks blocks;
    for (std::uint64_t i = 1; i <= last; ++i) blocks.push_back("block " + std::to_string(i));
    return blocks;
  }

  test::MemoryFileSystem memory;
  test::FaultyFileSystem files{memory};
};

TEST_F(BlockLogTest, GivesBlocksBackByTheirPositionsInEveryRun) {
  for (std::uint64_t run = 0; run < 3; ++run) {
    BlockLog log(files, kLog, kSmallSegment);
    EXPECT_EQ(log.first(), 1u);
    EXPECT_EQ(log.next(), run * 4 + 1);
    for (std::uint64_t i = 1; i <= 4; ++i)
      EXPECT_EQ(log.append("block " + std::to_string(run * 4 + i)), run * 4 + i);
    EXPECT_EQ(allBlocks(log), numbered(run * 4 + 4));
    EXPECT_EQ(blocksOf(log, 2, 4), (Blocks{"block 2", "block 3"}));
    EXPECT_EQ(blocksOf(log, 3, 3), Blocks());
  }
  const BlockLog log(files, kLog);
  EXPECT_EQ(failureOf<IllegalArgument>([&] { blocksOf(log, 12, 14); }),
            "the block log /received holds the blocks from 1 up to 13, and those from 12 up to 14 were "
            "asked for");
}

TEST_F(BlockLogTest, BlocksThatWaitTogetherAreSyncedOnce) {
  BlockLog log(files, kLog);
  log.append("first");
  constexpr int kThreads = 8;
  const int before = memory.syncs();
  // Before the second block is synced, which is the third call: all others wait.
  files.beforeCall(3, [&] {
    while (log.waiting() < kThreads) std::this_thread::yield();
  });
  std::vector<std::thread> threads;
  threads.emplace_back([&] { log.append("second"); });
  while (log.waiting() > 0 || memory.bytes() == 0) std::this_thread::yield();
  std::vector<std::uint64_t> positions(kThreads);
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back(
        [&, i] { positions[static_cast<std::size_t>(i)] = log.append("of thread " + std::to_string(i)); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(memory.syncs() - before, 3);
  EXPECT_EQ(std::set<std::uint64_t>(positions.begin(), positions.end()).size(),
            static_cast<std::size_t>(kThreads));
  const Blocks blocks = allBlocks(log);
  EXPECT_EQ(blocks.size(), kThreads + 2u);
  for (int i = 0; i < kThreads; ++i)
    EXPECT_EQ(blocks[positions[static_cast<std::size_t>(i)] - 1], "of thread " + std::to_string(i));
}

TEST_F(BlockLogTest, GoesOnInANewSegmentWhenTold) {
  BlockLog log(files, kLog);
  const auto segments = [&] {
    return std::ranges::count_if(memory.list(kLog),
                                 [](const std::string& name) { return name.starts_with("log-"); });
  };
  log.append("block 1");
  log.roll();
  EXPECT_EQ(segments(), 1);
  log.append("block 2");
  log.append("block 3");
  EXPECT_EQ(segments(), 2);
  EXPECT_EQ(allBlocks(log), numbered(3));
}

TEST_F(BlockLogTest, APowerCutAtEveryCallLosesNothingThatWasAcknowledged) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (const bool keepsParts : {false, true}) {
    for (int n = 1;; ++n) {
      test::MemoryFileSystem disk;
      test::FaultyFileSystem faulty(disk);
      faulty.failFrom(n);
      const std::uint64_t acknowledged = write(faulty, 10);
      if (faulty.calls() < n) break;
      if (keepsParts)
        disk.cutPower(random);
      else
        disk.cutPower();
      BlockLog log(disk, kLog, kSmallSegment);
      ASSERT_GE(log.next(), acknowledged + 1) << n;
      ASSERT_LE(log.next(), acknowledged + 2) << n;
      ASSERT_EQ(allBlocks(log), numbered(log.next() - 1)) << n;
      const std::uint64_t next = log.append("after");
      ASSERT_EQ(blocksOf(log, next, next + 1), Blocks{"after"});
    }
  }
}

TEST_F(BlockLogTest, WhatADeadProcessHasNotSyncedIsDurableWithWhatComesBehindIt) {
  for (int n = 1;; ++n) {
    test::MemoryFileSystem disk;
    test::FaultyFileSystem faulty(disk);
    faulty.failFrom(n);
    write(faulty, 10);
    if (faulty.calls() < n) break;
    Blocks expected;
    {
      BlockLog next(disk, kLog, kSmallSegment);
      expected = allBlocks(next);
      next.append("after");
      expected.emplace_back("after");
      ASSERT_EQ(allBlocks(next), expected) << n;
    }
    disk.cutPower();
    const BlockLog log(disk, kLog, kSmallSegment);
    ASSERT_EQ(allBlocks(log), expected) << n;
  }
}

TEST_F(BlockLogTest, AnErrorAtEveryCallIsReportedAndLosesNothingElse) {
  for (int n = 1;; ++n) {
    test::MemoryFileSystem disk;
    test::FaultyFileSystem faulty(disk);
    Blocks acknowledged;
    {
      BlockLog log(faulty, kLog, kSmallSegment);
      const int before = faulty.calls();
      faulty.failCall(n);
      for (const std::string& block : numbered(8)) {
        try {
          const std::uint64_t position = log.append(block);
          acknowledged.push_back(block);
          ASSERT_EQ(position, acknowledged.size()) << n;
        } catch (const SparkException&) {
        }
      }
      if (faulty.calls() - before < n) break;
      ASSERT_GE(acknowledged.size(), 7u) << n;
      ASSERT_EQ(allBlocks(log), acknowledged) << n;
    }
    const BlockLog again(disk, kLog);
    Blocks found = allBlocks(again);
    if (found.size() > acknowledged.size()) found.pop_back();  // the last one, if it was that which failed
    ASSERT_EQ(found, acknowledged) << n;
  }
}

TEST_F(BlockLogTest, CutOrFlippedAnywhereGivesTheBlocksBeforeOrAnError) {
  write(memory, 10);
  std::map<std::string, std::string> content;
  for (const std::string& name : memory.list(kLog))
    if (name.starts_with("log")) content[name] = memory.read(kLog + "/" + name);
  ASSERT_GE(content.size(), 3u);
  const std::string last = "log-1-" + std::to_string(content.size());
  ASSERT_TRUE(content.contains(last));
  const auto expectSafe = [&](const std::string& name, const std::string& changed) {
    test::MemoryFileSystem disk;
    for (const auto& [other, bytes] : content) disk.put(kLog + "/" + other, bytes);
    disk.put(kLog + "/" + name, changed);
    try {
      const BlockLog log(disk, kLog);
      EXPECT_EQ(name, last) << "only the last blocks can be taken for ones that were being written";
      EXPECT_EQ(allBlocks(log), numbered(log.next() - 1));
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(kLog + "/" + name), std::string::npos) << error.what();
    }
  };
  for (const auto& [name, bytes] : content) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      SCOPED_TRACE(name + " at " + std::to_string(at));
      expectSafe(name, bytes.substr(0, at));
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
      expectSafe(name, flipped);
    }
  }
}

TEST_F(BlockLogTest, IsCleanedBySegments) {
  BlockLog log(files, kLog, kSmallSegment);
  for (const std::string& block : numbered(10)) log.append(block);
  const std::size_t before = memory.list(kLog).size();
  log.cleanTo(7);
  EXPECT_LT(memory.list(kLog).size(), before);
  EXPECT_GT(log.first(), 1u);
  EXPECT_LE(log.first(), 7u);
  EXPECT_EQ(blocksOf(log, 7, 11), (Blocks{"block 7", "block 8", "block 9", "block 10"}));
  log.cleanTo(100);
  EXPECT_EQ(log.append("next"), 11u);
}

TEST_F(BlockLogTest, WhoWasTakenOverAcknowledgesNothing) {
  BlockLog paused(files, kLog);
  paused.append("one");
  memory.remove(kLog + "/lock");
  {
    BlockLog next(files, kLog);
    EXPECT_NE(failureOf<SparkException>([&] { paused.append("late"); }).find("was taken over"),
              std::string::npos);
    EXPECT_EQ(next.append("two"), 2u);
  }
  EXPECT_EQ(allBlocks(BlockLog(files, kLog)), (Blocks{"one", "two"}));
}

}  // namespace
}  // namespace millrace::core
