#include <millrace/io/store/framed_file.hpp>

#include <millrace/io/store/file_names.hpp>

#include "support/failures.hpp"
#include "support/faulty_file_system.hpp"
#include "support/memory_file_system.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace::core {
namespace {

using test::failureOf;
using Payloads = std::vector<std::string>;

constexpr FileKind kLog{"MRTESTLG", 3, "log of this test"};
const std::string kPath = "/store/log";

std::string framedFile(const Payloads& payloads) {
  test::MemoryFileSystem files;
  FrameWriter writer(files.openPrivate(kPath), kLog);
  for (const std::string& payload : payloads) writer.append(payload);
  return files.read(kPath);
}

struct Reading {
  Payloads payloads;
  bool torn = false;
  std::string failure = {};
  bool operator==(const Reading&) const = default;
};

Reading readFramed(const std::string& content) {
  test::MemoryFileSystem files;
  files.put(kPath, content);
  Reading reading;
  try {
    FrameReader reader(files.openForReading(kPath), kPath, kLog);
    while (const auto payload = reader.next()) reading.payloads.emplace_back(*payload);
    reading.torn = reader.isTorn();
  } catch (const Error& error) {
    reading.failure = error.what();
  }
  return reading;
}

const Payloads kPayloads{"first", "", std::string(300, 'x'), "last"};
const std::size_t kFirst = 16, kSecond = kFirst + 12 + 5, kThird = kSecond + 12, kLast = kThird + 312;

TEST(FramedFile, GivesBackWhatWasWritten) {
  EXPECT_EQ(readFramed(framedFile(kPayloads)), (Reading{kPayloads}));
  EXPECT_EQ(readFramed(framedFile({})), Reading{});
}

TEST(FramedFile, CutAnywhereGivesTheWholeRecordsAndATornTail) {
  const std::string whole = framedFile(kPayloads);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Reading reading = readFramed(whole.substr(0, size));
    if (size < kFirst) {
      EXPECT_EQ(reading.failure,
                kPath + " at byte 0: it is cut short inside of its header; restore the file");
      continue;
    }
    const std::size_t count = size < kSecond ? 0 : size < kThird ? 1 : size < kLast ? 2 : 3;
    const bool atAnEnd = size == kFirst || size == kSecond || size == kThird || size == kLast;
    EXPECT_EQ(reading, (Reading{Payloads(kPayloads.begin(), kPayloads.begin() + count), !atAnEnd})) << size;
  }
}

TEST(FramedFile, AFlippedBitIsDamageUnlessItIsInTheLastRecord) {
  const std::string whole = framedFile(kPayloads);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Reading reading = readFramed(flipped);
    if (bit / 8 >= kLast) {
      EXPECT_EQ(reading, (Reading{Payloads(kPayloads.begin(), kPayloads.end() - 1), true})) << bit;
    } else {
      const std::size_t at = bit / 8;
      const std::size_t begin = at < kFirst ? 0 : at < kSecond ? kFirst : at < kThird ? kSecond : kThird;
      EXPECT_NE(reading.failure.find(kPath + " at byte " + std::to_string(begin) + ": "), std::string::npos)
          << bit << ": " << reading.failure;
    }
  }
}

TEST(FramedFile, WhatAPowerCutLeavesOfALastRecordIsTorn) {
  test::Seed seed;
  std::mt19937_64 random(seed);
  for (int i = 0; i < 300; ++i) {
    test::MemoryFileSystem files;
    FrameWriter writer(files.openPrivate(kPath), kLog);
    writer.append("durable");
    writer.sync();
    files.openForWriting("/store/other");
    files.rename("/store/other", "/store/renamed");
    writer.append(std::string(random() % 200, 'y'));
    files.cutPower(random);
    const Reading reading = readFramed(files.read(kPath));
    EXPECT_EQ(reading.failure, "");
    ASSERT_FALSE(reading.payloads.empty());
    EXPECT_EQ(reading.payloads[0], "durable");
  }
}

TEST(FramedFile, OfAnotherKindOrVersionIsRefused) {
  const std::string whole = framedFile({"x"});
  EXPECT_EQ(readFramed("MRSTOWNR" + whole.substr(8)).failure,
            kPath + " at byte 0: it is no log of this test");
  test::MemoryFileSystem files;
  FrameWriter(files.openPrivate(kPath), FileKind{kLog.magic, 4, kLog.what});
  EXPECT_EQ(readFramed(files.read(kPath)).failure,
            kPath + ": its format has version 4, and only version 3 is known: use the release that wrote it");
}

TEST(FramedFile, NamesAreParsedOnlyAsTheyAreGiven) {
  const auto name = parseFileName("state-3-17.tmp");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->kind, "state");
  EXPECT_EQ(name->id, (FileId{3, 17}));
  EXPECT_TRUE(name->isDraft);
  EXPECT_FALSE(parseFileName(fileName("blobs", {1, 2}))->isDraft);
  for (const char* other :
       {"state", "state-1", "state-01-2", "state-1-2-3", "user-1-2", "state-1-2.txt", "lock"})
    EXPECT_FALSE(parseFileName(other)) << other;
}

TEST(NewFileTest, IsThereWholeOrNotAtAll) {
  for (int call = 1; call <= 5; ++call) {
    test::MemoryFileSystem memory;
    test::FaultyFileSystem files(memory);
    files.failCall(call);
    const auto write = [&] {
      NewFile file(files, kPath, kLog);
      file.frames().append("content");
      file.keep();
    };
    EXPECT_THROW(write(), SparkException) << call;
    EXPECT_TRUE(memory.list("/store").empty()) << call;
    write();
    memory.cutPower();
    EXPECT_EQ(readFramed(memory.read(kPath)), Reading{{"content"}});
  }
}

TEST(NewFileTest, AFailedSyncIsNotTriedAgain) {
  test::MemoryFileSystem memory;
  test::FaultyFileSystem files(memory);
  FrameWriter writer(files.openPrivate(kPath), kLog);
  files.failCall(1);
  EXPECT_THROW(writer.sync(), SparkException);
  EXPECT_THROW(writer.sync(), IllegalState);
  EXPECT_EQ(memory.syncs(), 0);
}

}  // namespace
}  // namespace millrace::core
