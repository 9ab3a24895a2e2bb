#include <millrace/rdd/core/store/object_format.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>

#include <support/scratch_directory.hpp>
#include <support/seed.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

using Record = std::pair<std::string, std::int64_t>;
using Records = std::vector<Record>;

class ObjectFormatTest : public testing::Test {
 protected:
  template <class T>
  static std::string fileOf(const std::vector<T>& records) {
    std::ostringstream out;
    ObjectFileWriter writer(out, requiredCodec<T>());
    for (const T& record : records) writer.add(&record);
    writer.finish();
    return out.str();
  }
  template <class T = Record>
  std::vector<T> read(std::uint64_t begin = 0, std::uint64_t end = ObjectBlocks::kWholeFile) {
    auto blocks = std::make_unique<ObjectBlocks>(files, scratch / "file", requiredCodec<T>(), begin, end);
    ObjectReader<T> reader(std::move(blocks), rddOperator("objectFile"));
    std::vector<T> records;
    for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next())
      records.insert(records.end(), chunk.begin(), chunk.end());
    EXPECT_TRUE(reader.next().empty());
    return records;
  }
  template <class T = Record>
  std::string failureOf(const std::string& content) {
    scratch.write("file", content);
    try {
      read<T>();
      return "nothing failed";
    } catch (const SparkException& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find(scratch / "file" + " at byte "), std::string::npos) << text;
      return text.substr(text.find(" at byte ") + 1);
    }
  }

  test::ScratchDirectory scratch;
  LocalFileSystem files;
  const Records few{{"a", 1}, {"b", 2}, {"c", 3}};
};

TEST_F(ObjectFormatTest, GivesBackTheRecords) {
  for (const Records& records :
       {Records(), few, Records(5'000, {"text", 7}), Records(9, {std::string(100'000, 'x'), 1})}) {
    scratch.write("file", fileOf(records));
    EXPECT_TRUE(read() == records);
  }
  scratch.write("file", fileOf(std::vector<std::tuple<>>(5)));
  EXPECT_EQ(read<std::tuple<>>().size(), 5u);
}

TEST_F(ObjectFormatTest, LargeFilesCanBeCutBetweenBlocks) {
  Records records;
  for (int i = 0; i < 100'000; ++i) records.emplace_back("record " + std::to_string(i), i);
  scratch.write("file", fileOf(records));
  for (std::uint64_t pieceBytes : {1u, 300'000u, 1'000'000u, 100'000'000u}) {
    const auto pieces = ObjectBlocks::piecesOf(files, scratch / "file", pieceBytes);
    if (pieceBytes <= 300'000) {
      EXPECT_GT(pieces.size(), 3u);
    }
    Records all;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto part = i + 1 < pieces.size() ? read(pieces[i], pieces[i + 1]) : read(pieces[i]);
      all.insert(all.end(), part.begin(), part.end());
    }
    EXPECT_TRUE(all == records) << pieceBytes;
  }
  EXPECT_EQ(ObjectBlocks::piecesOf(files, scratch.write("noise", std::string(1'000, 'x')), 10),
            std::vector<std::uint64_t>{0});
}

TEST_F(ObjectFormatTest, EveryFlippedBitIsNoticed) {
  const std::string whole = fileOf(few);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(failureOf(damaged), "nothing failed") << "bit " << bit;
  }
}

TEST_F(ObjectFormatTest, EveryCutIsNoticed) {
  const std::string whole = fileOf(few);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(failureOf(whole.substr(0, size)).find("cut short"), std::string::npos) << size;
  EXPECT_NE(failureOf(whole + "x").find("more follows behind its end"), std::string::npos);
}

TEST_F(ObjectFormatTest, SaysWhatIsWrong) {
  const std::string whole = fileOf(few);
  std::string damaged = whole;
  damaged[whole.size() - 20] ^= 1;
  EXPECT_EQ(failureOf(damaged), "at byte 26: a block is damaged; restore the file");
  EXPECT_EQ(failureOf("some text, and no records at all"),
            "at byte 0: it is no object file: give what saveAsObjectFile has written");
  EXPECT_EQ(failureOf<std::int64_t>(whole),
            "at byte 16: it holds records of the shape (s,i8), and long has i8: read it as the type that was "
            "saved");
  EXPECT_EQ(failureOf(whole.substr(0, whole.size() - 12)),
            "at byte " + std::to_string(whole.size() - 12) +
                ": it is cut short inside of a block; restore the file");
  damaged = whole;
  damaged[8] = 9;
  EXPECT_EQ(
      failureOf(damaged),
      "at byte 8: its format has version 9, and only version 1 is known: use the release that wrote it");
}

TEST_F(ObjectFormatTest, HostileFilesAreHarmless) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  const std::string whole = fileOf(few);
  for (int round = 0; round < 2'000; ++round) {
    std::string hostile = whole.substr(0, random() % 2 ? 12 + random() % 20 : whole.size());
    for (auto flips = random() % 6; flips > 0; --flips)
      hostile[random() % hostile.size()] = static_cast<char>(random() % 3 ? random() : 0xFF);
    scratch.write("file", hostile);
    try {
      EXPECT_EQ(read(), few);
    } catch (const SparkException&) {
    }
    ObjectBlocks::piecesOf(files, scratch / "file", 1);
  }
}

}  // namespace
}  // namespace millrace::core
