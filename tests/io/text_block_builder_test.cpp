#include <millrace/base/error.hpp>
#include <millrace/io/text_block_builder.hpp>

#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::core {
namespace {

using Lines = std::vector<std::string>;

Lines linesOf(const BlockPtr& block) {
  Lines lines;
  if (!block) return lines;
  auto reader = typed<std::string_view>(block->open());
  for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next())
    lines.insert(lines.end(), chunk.begin(), chunk.end());
  EXPECT_EQ(block->records(), lines.size());
  return lines;
}

void append(Lines& lines, const BlockPtr& block) {
  for (std::string& line : linesOf(block)) lines.push_back(std::move(line));
}

void feed(TextBlockBuilder& builder, std::string_view text, std::size_t most = std::string_view::npos) {
  while (!text.empty()) {
    auto room = builder.prepare();
    std::size_t size = std::min({text.size(), room.size(), most});
    std::memcpy(room.data(), text.data(), size);
    builder.commit(size);
    text.remove_prefix(size);
  }
}

std::size_t residentBytes() {
  std::size_t size = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// What the builder must give, line by line and without cleverness.
struct Model {
  Lines lines;
  std::uint64_t tooLong = 0;
  std::string tail;

  Model(std::string_view text, std::size_t limit) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\n' && text[i] != '\r') {
        tail += text[i];
        continue;
      }
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      close(limit);
    }
    tailLength = tail.size();
  }
  void close(std::size_t limit) {
    tail.size() > limit ? void(++tooLong) : lines.push_back(tail);
    tail.clear();
  }
  std::size_t tailLength = 0;
};

std::string randomText(std::mt19937_64& random, std::size_t size) {
  static constexpr std::string_view kPieces[] = {
      "\n",    "\r", "\r\n",     "\n\r", "a",
      "word ", "\0", "\xC3\xA4", "\xFF", "a longer piece of text without an end, "};
  auto weight = std::uniform_int_distribution<std::size_t>(4, 400)(random);
  std::string text;
  while (text.size() < size) {
    std::size_t piece = random() % weight;
    text += piece < 4 ? kPieces[piece] : piece % 7 == 6 ? std::string_view("\0", 1) : kPieces[4 + piece % 6];
  }
  return text;
}

TEST(TextBlockBuilder, SplitsAtLfCrAndCrLf) {
  TextBlockBuilder builder;
  feed(builder, "lf\ncr\rcrlf\r\n\n\r\rx\n\rend\n");
  EXPECT_EQ(linesOf(builder.cut()), (Lines{"lf", "cr", "crlf", "", "", "", "x", "", "end"}));
  EXPECT_EQ(builder.cut(), nullptr);
}

TEST(TextBlockBuilder, CrLfSplitOverReadsAndBlocksIsOneTerminator) {
  TextBlockBuilder builder;
  feed(builder, "one\r\ntwo\r", 1);
  EXPECT_EQ(linesOf(builder.cut()), (Lines{"one", "two"})) << "a CR is enough for a line";
  feed(builder, "\n\nthree\r\n", 1);
  EXPECT_EQ(linesOf(builder.cut()), (Lines{"", "three"}));
}

TEST(TextBlockBuilder, LinesDoNotDependOnHowTheBytesCame) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::size_t limit = round % 3 == 0 ? 1 + random() % 200 : kDefaultLineLimit;
    std::string text = randomText(random, random() % (round % 20 == 0 ? 6'000'000 : 20'000));
    Model expected(text, limit);
    TextBlockBuilder builder(limit);
    Lines lines;
    std::string_view left = text;
    std::size_t most = 1 + random() % (round % 4 == 0 ? 5 : 200'000);
    if (text.size() > 1'000'000) most += 10'000;
    while (!left.empty()) {
      std::size_t size = std::min<std::size_t>(left.size(), 1 + random() % most);
      feed(builder, left.substr(0, size));
      left.remove_prefix(size);
      if (random() % 4 == 0)
        append(lines, builder.cut(random() % 2 == 0 ? 1 + random() % 10 : std::size_t(-1)));
    }
    bool clean = random() % 2 == 0;
    bool tailTooLong = expected.tailLength > limit;
    if (clean && expected.tailLength > 0) expected.close(limit);
    if (!clean && tailTooLong) ++expected.tooLong;
    clean ? builder.endInput() : builder.breakInput();
    append(lines, builder.cut());
    ASSERT_EQ(lines, expected.lines) << "round " << round;
    ASSERT_EQ(builder.counts().lines, expected.lines.size());
    ASSERT_EQ(builder.counts().tooLong, expected.tooLong);
    ASSERT_EQ(builder.counts().cutShort, !clean && expected.tailLength > 0 && !tailTooLong);
  }
}

TEST(TextBlockBuilder, CleanEndGivesTheLastLineAndBreakDropsIt) {
  TextBlockBuilder builder;
  feed(builder, "whole\nhal");
  builder.breakInput();
  EXPECT_EQ(builder.counts().cutShort, 1);
  feed(builder, "next\nlast");
  builder.endInput();
  feed(builder, "after\n");
  EXPECT_EQ(linesOf(builder.cut()), (Lines{"whole", "next", "last", "after"}));
  builder.endInput();
  builder.breakInput();
  EXPECT_EQ(builder.cut(), nullptr) << "an end behind a terminator adds no empty line";
  EXPECT_EQ(builder.counts().cutShort, 1);
}

TEST(TextBlockBuilder, TooLongLinesAreCountedAndNeverKept) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  TextBlockBuilder builder(kLimit);
  std::string limit(kLimit, 'x');
  feed(builder, "before\n" + limit + "\n" + limit + "x\nafter\n");
  EXPECT_EQ(builder.counts().tooLong, 1);
  EXPECT_EQ(linesOf(builder.cut()), (Lines{"before", limit, "after"}));

  std::size_t before = residentBytes();
  std::string piece(std::size_t{1} << 20, 'y');
  for (int i = 0; i < 1024; ++i) feed(builder, piece);
  EXPECT_LE(residentBytes(), before + (std::size_t{16} << 20)) << "after 1 GiB without an end";
  EXPECT_EQ(builder.counts().tooLong, 2) << "counted as soon as it is too long";
  EXPECT_EQ(builder.lines(), 0);
  feed(builder, "\nafter\n");
  EXPECT_EQ(linesOf(builder.cut()), (Lines{"after"}));
}

TEST(TextBlockBuilder, EmptyLinesOnlyNeverOverrunTheBuffer) {
  TextBlockBuilder builder;
  std::string text(10'000'000, '\n');
  feed(builder, text);
  EXPECT_EQ(builder.lines(), text.size());
  EXPECT_EQ(builder.cut()->records(), text.size());
}

TEST(TextBlockBuilder, CountsLinesOfInvalidUtf8AndKeepsTheirBytes) {
  TextBlockBuilder builder;
  std::string longTail(100, 'z');
  std::string text = "\xC3\xA4\n\xC3\n" + longTail + "\xFF" + longTail + "\nascii\n" +
                     std::string("\0\xE2\x82\xAC", 4) + "\n";
  feed(builder, text, 7);
  EXPECT_EQ(builder.counts().invalidUtf8, 2);
  EXPECT_EQ(linesOf(builder.cut()), (Lines{"\xC3\xA4", "\xC3", longTail + "\xFF" + longTail, "ascii",
                                           std::string("\0\xE2\x82\xAC", 4)}));
}

TEST(TextBlockBuilder, CutGivesTheOldestLinesFirst) {
  TextBlockBuilder builder(10);
  feed(builder, "1\nmuch too long a line\n2\n3\n4\n");
  EXPECT_EQ(builder.lines(), 4);
  EXPECT_EQ(linesOf(builder.cut(2)), (Lines{"1", "2"}));
  feed(builder, "5\n");
  EXPECT_EQ(linesOf(builder.cut(1)), (Lines{"3"}));
  EXPECT_EQ(linesOf(builder.cut(9)), (Lines{"4", "5"}));
  EXPECT_EQ(builder.lines(), 0);
  EXPECT_EQ(builder.bytes(), 0);
}

TEST(TextBlockBuilder, RefusesALimitThatCannotWork) {
  EXPECT_THROW(TextBlockBuilder(0), IllegalArgument);
  EXPECT_THROW(TextBlockBuilder(std::size_t{1} << 30), IllegalArgument);
}

TEST(TextBlock, IsReadBySeveralThreadsWhileItsBufferIsFilledFurther) {
  TextBlockBuilder builder;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i) + "\n";
  feed(builder, text);
  BlockPtr block = builder.cut();
  Lines expected = linesOf(block);
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back([&] { EXPECT_EQ(linesOf(block), expected); });
  for (int i = 0; i < 20; ++i) feed(builder, text);
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(block->bytes(), text.size() + 4 * expected.size());
}

}  // namespace
}  // namespace millrace::core
