#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/text_file.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/ops.hpp>

#include <support/faulty_file_system.hpp>
#include <support/gzip.hpp>
#include <support/scratch_directory.hpp>
#include <support/seed.hpp>
#include <support/zstd.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

using test::failureOf;
using Lines = std::vector<std::string>;
constexpr std::size_t kKiB = 1024;

// What textFile must give, byte by byte and without cleverness.
Lines expectedLines(std::string_view text) {
  Lines lines;
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') {
      line += text[i];
      if (i + 1 < text.size()) continue;
    } else if (text.substr(i, 2) == "\r\n") {
      ++i;
    }
    lines.push_back(std::exchange(line, {}));
  }
  return lines;
}

std::string randomText(std::mt19937_64& random, std::size_t size, std::size_t longestLine) {
  static constexpr std::string_view kEnds[] = {"\n", "\n", "\r", "\r\n", "\r\n", "\n\n", "\r\r", "\n\r"};
  std::string text;
  while (text.size() < size) {
    text.append(random() % (1 + random() % longestLine), static_cast<char>('a' + random() % 26));
    if (random() % 50 == 0) text += std::string_view("\0\xFF", 2);
    text += kEnds[random() % std::size(kEnds)];
  }
  text.resize(size);
  return text;
}

class TextFileTest : public testing::Test {
 protected:
  static EnginePtr engineOn(std::shared_ptr<FileSystem> files) {
    return std::make_shared<Engine>(inlineJobRunner(), 2, std::move(files));
  }
  NodePtr textFile(const std::string& paths, int minPartitions = 1,
                   std::size_t longestLine = kLongestFileLine) {
    return textFileNode(engine, paths, minPartitions, longestLine);
  }
  static Lines linesOf(const NodePtr& node) { return RDD<std::string_view>(node).collect(); }
  static std::vector<Lines> partitionsOf(const NodePtr& node) {
    std::vector<Lines> partitions(static_cast<std::size_t>(node->partitions()));
    node->engine().runJob(*node, [&](int partition, ReaderPtr untyped) {
      auto reader = typed<std::string_view>(std::move(untyped));
      auto& lines = partitions[static_cast<std::size_t>(partition)];
      for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next())
        lines.insert(lines.end(), chunk.begin(), chunk.end());
      EXPECT_TRUE(reader->next().empty());
    });
    return partitions;
  }

  test::ScratchDirectory scratch;
  EnginePtr engine = engineOn(std::make_shared<LocalFileSystem>());
};

TEST_F(TextFileTest, GivesTheLines) {
  const std::string file = scratch.write("file", "lf\ncr\rcrlf\r\n\n\r\r\n\xFFx\n\rend");
  EXPECT_EQ(linesOf(textFile(file)), (Lines{"lf", "cr", "crlf", "", "", "", "\xFFx", "", "end"}));
}

TEST_F(TextFileTest, ALineIsInThePartitionInWhichItBegins) {
  const std::string file = scratch.write("file", "ab\r\ncd\r\nef\r\n");
  EXPECT_EQ(partitionsOf(textFile(file, 4)), (std::vector<Lines>{{"ab"}, {"cd"}, {"ef"}, {}}));
  EXPECT_EQ(partitionsOf(textFile(file, 3)), (std::vector<Lines>{{"ab"}, {"cd"}, {"ef"}}));
  EXPECT_EQ(partitionsOf(textFile(file, 2)), (std::vector<Lines>{{"ab", "cd"}, {"ef"}}));
  EXPECT_EQ(partitionsOf(textFile(file, 0)), (std::vector<Lines>{{"ab", "cd", "ef"}}));
}

TEST_F(TextFileTest, EverySplitGivesEveryLineOnce) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 40; ++round) {
    const std::string text = randomText(random, random() % 60, 1 + random() % 12);
    const std::string file = scratch.write("file", text);
    const Lines expected = expectedLines(text);
    for (int minPartitions = 1; minPartitions <= static_cast<int>(text.size()) + 2; ++minPartitions) {
      const NodePtr node = textFile(file, minPartitions);
      ASSERT_GE(node->partitions(), std::min(minPartitions, std::max(static_cast<int>(text.size()), 1)));
      ASSERT_EQ(linesOf(node), expected) << testing::PrintToString(text) << " in " << minPartitions;
    }
  }
}

TEST_F(TextFileTest, LargeFilesAndLongLinesAreSplitAsWell) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (std::size_t longestLine : {200u, 50'000u, 5'000'000u}) {
    const std::string text = randomText(random, 3'000'000 + random() % 3'000'000, longestLine);
    const std::string file = scratch.write("file", text);
    const Lines expected = expectedLines(text);
    for (int minPartitions : {1, 3, 50}) {
      const NodePtr node = textFile(file, minPartitions);
      ASSERT_GE(node->partitions(), minPartitions);
      ASSERT_TRUE(linesOf(node) == expected) << "lines up to " << longestLine << " in " << minPartitions;
    }
  }
}

TEST_F(TextFileTest, TerminatorsMayFallOnAnyBoundary) {
  // Multiples of the piece that is searched, of the piece that is read, of the room for a line at first.
  for (std::size_t boundary : {4 * kKiB, 256 * kKiB, 1024 * kKiB, 1280 * kKiB}) {
    for (std::size_t at = boundary - 2; at <= boundary + 2; ++at) {
      for (const std::string end : {"\n", "\r\n", "\r\r\n"}) {
        const std::string rest = end + "next" + end + "last";
        Lines expected = expectedLines(rest);
        expected.front() = std::string(at, 'x');
        const std::string file = scratch.write("file", expected.front() + rest);
        for (int minPartitions : {1, 3})
          ASSERT_TRUE(linesOf(textFile(file, minPartitions)) == expected) << at << " " << end.size();
      }
    }
  }
}

TEST_F(TextFileTest, CutsAsHadoopDoes) {
  const auto partitions = [&](const std::vector<std::size_t>& sizes, int minPartitions) {
    std::string paths;
    for (std::size_t size : sizes)
      paths += (paths.empty() ? "" : ",") + scratch.write(std::to_string(size), std::string(size, '\n'));
    return textFile(paths, minPartitions)->partitions();
  };
  EXPECT_EQ(partitions({100}, 2), 2);
  EXPECT_EQ(partitions({101}, 2), 2) << "a rest of up to a tenth is not cut off";
  EXPECT_EQ(partitions({10}, 3), 4);
  EXPECT_EQ(partitions({3}, 10), 3);
  EXPECT_EQ(partitions({0}, 2), 1);
  EXPECT_EQ(partitions({100, 300, 0}, 2), 4) << "pieces of 200: one, two, one";
  EXPECT_EQ(partitions({std::size_t{70} << 20}, 1), 3) << "no piece is larger than 32 MiB";
}

TEST_F(TextFileTest, EmptyFilesHaveNoLines) {
  scratch.write("d/a", "");
  scratch.write("d/b", "b");
  scratch.write("d/c", "");
  EXPECT_EQ(partitionsOf(textFile(scratch / "d", 2)), (std::vector<Lines>{{}, {"b"}, {}}));
  LocalFileSystem().createDirectories(scratch / "none");
  EXPECT_EQ(textFile(scratch / "none")->partitions(), 0);
  EXPECT_EQ(linesOf(textFile(scratch / "none")), Lines{});
}

TEST_F(TextFileTest, ReadsAllThatAPathMeans) {
  scratch.write("d/a.txt", "1\n2");
  scratch.write("d/b.log", "3\n");
  scratch.write("d/_SUCCESS", "no\n");
  scratch.write("e/a.txt", "4\n5\n");
  EXPECT_EQ(linesOf(textFile(scratch / "d")), (Lines{"1", "2", "3"}));
  EXPECT_EQ(linesOf(textFile(scratch / "*/a.*" + "," + scratch / "d/b.log", 4)),
            (Lines{"1", "2", "4", "5", "3"}));
}

TEST_F(TextFileTest, AMissingPathFailsAtTheDefinition) {
  EXPECT_EQ(failureOf<SparkException>([&] { textFile(scratch / "none"); }),
            "Input path does not exist: " + scratch / "none" +
                ": check the spelling and, if it is relative, the working directory");
}

TEST_F(TextFileTest, OtherCompressedFilesAreRefused) {
  const std::string file = scratch.write("log.bz2", "");
  EXPECT_EQ(failureOf<Unsupported>([&] { textFile(file); }),
            file + " is compressed, and textFile reads plain text, gzip and zstd only: decompress it first");
}

TEST_F(TextFileTest, GzipIsKnownByItsContent) {
  scratch.write("d/a", test::gzip("1\n2\n3"));
  scratch.write("d/b.gz", "4\n5\n");
  scratch.write("d/c.gz",
                test::gzip("") + test::gzip("6\r\n7\r") + test::gzip("\n8\n") + std::string(700, '\0'));
  scratch.write("d/d.gz", "");
  EXPECT_EQ(partitionsOf(textFile(scratch / "d")),
            (std::vector<Lines>{{"1", "2", "3"}, {"4", "5"}, {"6", "7", "8"}, {}}));
  EXPECT_EQ(textFile(scratch / "d/a", 3)->partitions(), 1) << "nobody can begin in the middle";
}

TEST_F(TextFileTest, ZstdIsKnownByItsContent) {
  scratch.write("d/a", test::zstd("1\n2\n3"));
  scratch.write("d/b.zst", "4\n5\n");
  scratch.write("d/c.zst", test::skippableZstd("what pzstd writes") + test::zstd("6\r\n7\r") +
                               test::zstd("") + test::zstd("\n8\n"));
  scratch.write("d/d.zst", "");
  EXPECT_EQ(partitionsOf(textFile(scratch / "d")),
            (std::vector<Lines>{{"1", "2", "3"}, {"4", "5"}, {"6", "7", "8"}, {}}));
  EXPECT_EQ(textFile(scratch / "d/a", 3)->partitions(), 1) << "nobody can begin in the middle";
}

TEST_F(TextFileTest, ADamagedOrCutZstdFileIsAnError) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919 % 100'003) + "\n";
  const std::string whole = test::zstd(text);
  const auto failure = [&](const std::string& content) {
    const std::string file = scratch.write("file", content);
    return failureOf<SparkException>([&] { linesOf(textFile(file)); });
  };
  const std::string start =
      "textFile \"" + scratch / "file" + "\" failed in partition 0: " + scratch / "file";
  EXPECT_EQ(failure(whole.substr(0, whole.size() / 2)), start + " is cut short: its zstd data end at byte " +
                                                            std::to_string(whole.size() / 2) +
                                                            " in the middle; get the whole file");
  std::string damaged = whole;
  damaged.back() ^= 1;
  EXPECT_EQ(failure(damaged), start + " is damaged at byte " + std::to_string(whole.size() - 4) +
                                  ": Restored data doesn't match checksum; get the file again");
}

TEST_F(TextFileTest, LargeGzipFilesAndLongLinesAreRead) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (std::size_t longestLine : {200u, 50'000u, 5'000'000u}) {
    const std::string text = randomText(random, 9'000'000 + random() % 3'000'000, longestLine);
    const std::string file = scratch.write("file", test::gzip(text));
    ASSERT_TRUE(linesOf(textFile(file)) == expectedLines(text)) << "lines up to " << longestLine;
  }
  const std::string file = scratch.write("file", test::gzip("short\n" + std::string(1000, 'x') + "\n"));
  EXPECT_EQ(failureOf<SparkException>([&] { linesOf(textFile(file, 1, 1000)); }),
            "textFile \"" + file + "\" failed in partition 0: " + file +
                ": the line at byte 6 of its text has 1000 bytes or more: break it up");
}

TEST_F(TextFileTest, ADamagedOrCutGzipFileIsAnError) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919 % 100'003) + "\n";
  const std::string whole = test::gzip(text);
  const auto failure = [&](const std::string& content) {
    const std::string file = scratch.write("file", content);
    return failureOf<SparkException>([&] { linesOf(textFile(file)); });
  };
  const std::string start =
      "textFile \"" + scratch / "file" + "\" failed in partition 0: " + scratch / "file";
  for (const std::size_t size : {std::size_t{3}, std::size_t{12}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_EQ(failure(whole.substr(0, size)), start + " is cut short: its gzip data end at byte " +
                                                  std::to_string(size) +
                                                  " in the middle; get the whole file");
  }
  std::string damaged = whole;
  damaged[whole.size() - 6] ^= 1;
  EXPECT_EQ(failure(damaged), start + " is damaged at byte " + std::to_string(whole.size() - 4) +
                                  ": incorrect data check; get the file again");
  EXPECT_EQ(failure(whole + "more"), start + " is damaged at byte " + std::to_string(whole.size()) +
                                         ": more behind the end of its gzip data; get the file again");
}

TEST_F(TextFileTest, WhateverReadingFailsIsReportedWithTheFile) {
  const std::string file = scratch.write("file", "one\ntwo\nthree\n");
  LocalFileSystem local;
  auto faulty = std::make_shared<test::FaultyFileSystem>(local);
  const EnginePtr onFaulty = engineOn(faulty);
  const auto run = [&] { return linesOf(textFileNode(onFaulty, file, 2)); };
  ASSERT_EQ(run().size(), 3u);
  const int calls = faulty->calls();
  int inTasks = 0;
  for (int n = 1; n <= calls; ++n) {
    faulty->failCall(n);
    const std::string failure = failureOf<SparkException>(run);
    EXPECT_NE(failure.find(file + ": Input/output error"), std::string::npos)
        << "call " << n << ": " << failure;
    inTasks += failure.starts_with("textFile \"" + file + "\" failed in partition ");
  }
  EXPECT_GE(inTasks, 6) << "opening, finding the begin or the end, reading, in both partitions";
  EXPECT_EQ(run().size(), 3u);
}

TEST_F(TextFileTest, ReadsNoMoreThanIsAskedFor) {
  const std::string file = scratch.write("file", std::string(4'000'000, '\n'));
  LocalFileSystem local;
  auto faulty = std::make_shared<test::FaultyFileSystem>(local);
  const RDD<std::string_view> lines(textFileNode(engineOn(faulty), file, 1));
  const int before = faulty->calls();
  EXPECT_EQ(lines.take(3).size(), 3u);
  EXPECT_LE(faulty->calls() - before, 3);
}

TEST_F(TextFileTest, AFileThatGrowsKeepsItsLines) {
  const std::string file = scratch.write("file", "one\ntw");
  const NodePtr node = textFile(file);
  scratch.write("file", "one\ntwo\nthree\n");
  EXPECT_EQ(linesOf(node), (Lines{"one", "two"}));
}

TEST_F(TextFileTest, AFileThatShrinksIsAnError) {
  const std::string file = scratch.write("file", "one\ntwo\n");
  const NodePtr node = textFile(file);
  scratch.write("file", "one\n");
  EXPECT_EQ(failureOf<SparkException>([&] { linesOf(node); }),
            "textFile \"" + file + "\" failed in partition 0: " + file +
                " has become shorter, 4 bytes, since its RDD was defined: leave input files as they are");
}

TEST_F(TextFileTest, ALineTooLongIsAnError) {
  const std::string file =
      scratch.write("file", "short\n" + std::string(999, 'x') + "\n" + std::string(1000, 'x') + "\n");
  EXPECT_EQ(failureOf<SparkException>([&] { linesOf(textFile(file, 1, 1000)); }),
            "textFile \"" + file + "\" failed in partition 0: " + file +
                ": the line at byte 1006 has 1000 bytes or more: break it up");
  EXPECT_EQ(linesOf(textFile(file, 1, 1001)).size(), 3u);
  const std::string large = scratch.write("large", std::string(8'000'000, 'x') + "\nend");
  EXPECT_EQ(linesOf(textFile(large, 3, 8'000'001)).size(), 2u);
  EXPECT_THROW(linesOf(textFile(large, 3, 8'000'000)), SparkException);
}

}  // namespace
}  // namespace millrace::core
