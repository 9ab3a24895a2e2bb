#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/byte_stream.hpp>

#include <support/faulty_file_system.hpp>
#include <support/gzip.hpp>
#include <support/scratch_directory.hpp>
#include <support/seed.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

namespace millrace::core {
namespace {

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
  std::string unpacked(const std::string& content, std::size_t piece = 1000) {
    const std::string path = scratch.write("file", content);
    return allOf(*gzipStream(files.openForReading(path), path), piece);
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
    for (std::size_t piece : {999u, 70'000u, 1'000'000u}) ASSERT_TRUE(unpacked(packed, piece) == text);
  }
}

TEST_F(ByteStreamTest, EveryFlippedByteAndEveryCutIsNoticed) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += std::to_string(i * i) + ",";
  const std::string packed = test::gzip(text);
  int unnoticed = 0;
  for (std::size_t at = 0; at < packed.size(); ++at) {
    EXPECT_THROW(unpacked(packed.substr(0, at)), SparkException) << at;
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    try {
      EXPECT_EQ(unpacked(damaged), text) << at;
      ++unnoticed;
    } catch (const SparkException&) {
    }
  }
  EXPECT_LE(unnoticed, 7) << "what the format leaves unchecked: time, level and system, the last bits";
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
  EXPECT_EQ(readWhole(files, scratch.write("d", "")), "");
  EXPECT_THROW(readWhole(files, scratch / "none"), SparkException);
}

}  // namespace
}  // namespace millrace::core
