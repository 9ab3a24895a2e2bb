#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/byte_stream.hpp>

#include <support/failures.hpp>
#include <support/faulty_file_system.hpp>
#include <support/gzip.hpp>
#include <support/scratch_directory.hpp>
#include <support/seed.hpp>
#include <support/zstd.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::core {
namespace {

/// A file in memory: thousands of files take their time on a disk.
class Bytes final : public ReadableFile {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t readAt(std::uint64_t offset, std::span<char> into) const override {
    return std::string_view(bytes_).substr(offset).copy(into.data(), into.size());
  }
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  const std::string bytes_;
};

class ByteStreamTest : public testing::Test {
 protected:
  std::string allOf(ByteStream& stream, std::size_t piece) {
    std::string all, room(piece, '\0');
    for (std::size_t size = piece; size == piece;) {
      size = stream.read(room);
      all.append(room, 0, size);
    }
    EXPECT_EQ(stream.read(room), 0u) << "the end stays the end";
    return all;
  }
  std::string unpacked(Compression compression, const std::string& content, std::size_t piece = 1000) {
    return allOf(*decompressedStream(compression, std::make_unique<Bytes>(content), "file"), piece);
  }
  std::string failureOf(Compression compression, const std::string& content) {
    return test::failureOf<SparkException>([&] { unpacked(compression, content); });
  }
  /// Flips a bit of each byte and cuts at each byte; says how many flips have gone unnoticed.
  int unnoticedDamages(Compression compression, const std::string& packed, const std::string& text) {
    int unnoticed = 0;
    for (std::size_t at = 0; at < packed.size(); ++at) {
      EXPECT_THROW(unpacked(compression, packed.substr(0, at)), SparkException) << at;
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      try {
        EXPECT_EQ(unpacked(compression, damaged), text) << at;
        ++unnoticed;
      } catch (const SparkException&) {
      }
    }
    return unnoticed;
  }

  test::ScratchDirectory scratch;
  LocalFileSystem files;
};

TEST_F(ByteStreamTest, APlainStreamGivesAPieceOfItsFile) {
  const std::string path = scratch.write("file", "0123456789");
  for (std::size_t piece : {1u, 3u, 20u})
    EXPECT_EQ(allOf(*plainStream(files.openForReading(path), path, 2, 7), piece), "23456");
  EXPECT_EQ(allOf(*plainStream(files.openForReading(path), path, 4, 4), 5), "");
  EXPECT_THROW(allOf(*plainStream(files.openForReading(path), path, 4, 11), 5), SparkException);
}

TEST_F(ByteStreamTest, AGzipStreamGivesAllMembers) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20; ++round) {
    std::string text, packed;
    for (auto member = random() % 5; member > 0; --member) {
      std::string part;
      for (auto left = random() % 300'000; left > 0; --left) part += static_cast<char>(random() % 7);
      packed += test::gzip(part);
      text += part;
    }
    if (packed.empty()) packed = test::gzip("");
    packed.append(random() % 3 * 512, '\0');
    for (std::size_t piece : {999u, 70'000u, 1'000'000u})
      ASSERT_TRUE(unpacked(Compression::kGzip, packed, piece) == text);
  }
}

TEST_F(ByteStreamTest, AZstdStreamGivesAllFrames) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20; ++round) {
    std::string text, packed;
    if (round % 3 == 0) packed = test::skippableZstd("skipped");
    for (auto frame = 1 + random() % 4; frame > 0; --frame) {
      std::string part;
      for (auto left = random() % 300'000; left > 0; --left) part += static_cast<char>(random() % 7);
      packed += test::zstd(part, frame % 2 == 0);
      text += part;
      if (round % 2 == 0) packed += test::skippableZstd(std::string(random() % 100, 'x'));
    }
    for (std::size_t piece : {999u, 70'000u, 1'000'000u})
      ASSERT_TRUE(unpacked(Compression::kZstd, packed, piece) == text);
  }
}

TEST_F(ByteStreamTest, TheEndOfAZstdFileIsWhatItSays) {
  const std::string packed = test::zstd(std::string(1'000'000, 'x'), false);
  EXPECT_EQ(unpacked(Compression::kZstd, packed, 100).size(), 1'000'000u)
      << "the file is read long before its content";
  const std::string end = std::to_string(packed.size());
  EXPECT_EQ(failureOf(Compression::kZstd, packed + "more"),
            "file is damaged at byte " + end + ": more behind the end of its zstd data; get the file again");
  EXPECT_EQ(failureOf(Compression::kZstd, packed + test::zstd("next").substr(0, 2)),
            "file is cut short: its zstd data end at byte " + std::to_string(packed.size() + 2) +
                " in the middle; get the whole file");
}

TEST_F(ByteStreamTest, AZstdFileThatTakesTooMuchMemoryIsRefused) {
  EXPECT_EQ(unpacked(Compression::kZstd, test::zstdOfWindow(27)), "");
  EXPECT_EQ(failureOf(Compression::kZstd, test::zstdOfWindow(28)),
            "file takes more than 128 MiB of memory to be decompressed: compress it with --long=27 or less");
}

TEST_F(ByteStreamTest, EveryFlippedByteAndEveryCutIsNoticed) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += std::to_string(i * i) + ",";
  EXPECT_LE(unnoticedDamages(Compression::kGzip, test::gzip(text), text), 7)
      << "what the format leaves unchecked: time, level and system, the last bits";
  EXPECT_LE(unnoticedDamages(Compression::kZstd, test::zstd(text), text), 1)
      << "a bit of the header without meaning";
}

TEST_F(ByteStreamTest, AnUnreadableFileIsNamed) {
  const std::string path = scratch.write("file", test::gzip("text"));
  test::FaultyFileSystem faulty(files);
  const auto stream = gzipStream(faulty.openForReading(path), path);
  faulty.failCall(1);
  try {
    allOf(*stream, 10);
    FAIL();
  } catch (const SparkException& error) {
    EXPECT_EQ(error.what(), "cannot read " + path + ": Input/output error");
  }
}

TEST_F(ByteStreamTest, ReadWholeUnpacksByContent) {
  const std::string plain(700'000, 'p');
  EXPECT_TRUE(readWhole(files, scratch.write("a.gz", plain)) == plain);
  EXPECT_TRUE(readWhole(files, scratch.write("b", test::gzip(plain))) == plain);
  EXPECT_TRUE(readWhole(files, scratch.write("c", test::gzip(plain + plain.substr(0, 86'432)))).size() ==
              786'432);
  EXPECT_TRUE(readWhole(files, scratch.write("z", test::zstd(plain))) == plain);
  EXPECT_EQ(readWhole(files, scratch.write("d", "")), "");
  for (const std::string start : {"\x1F\x8B", "\x28\xB5\x2F", "P*M", "_*M\x17"})
    EXPECT_EQ(readWhole(files, scratch.write("e", start)), start);
  EXPECT_THROW(readWhole(files, scratch / "none"), SparkException);
}

}  // namespace
}  // namespace millrace::core
