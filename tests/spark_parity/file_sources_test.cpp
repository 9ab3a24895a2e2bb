#include "spark_parity/from_json.hpp"

#include <millrace/io/file_selection_rule.hpp>
#include <support/scratch_directory.hpp>
#include <support/set_modified.hpp>
#include <support/streams.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace millrace::parity {
namespace {

using Strings = std::vector<std::string>;

template <class T>
std::vector<T> flattened(const std::vector<std::vector<T>>& batches) {
  std::vector<T> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

class SparkFileSources : public testing::TestWithParam<StreamingMode> {
 protected:
  test::StreamOptions options() const { return {.mode = GetParam(), .batch = Seconds(2), .now = 12'000}; }
  /// A file that is complete, and was modified now, by the clock of the stream.
  void write(test::StreamTest& running, const std::string& name, const std::string& text) {
    test::setModified(scratch.write(name, text), running.clock().now());
  }

  test::ScratchDirectory scratch;
};

INSTANTIATE_TEST_SUITE_P(Modes, SparkFileSources, testing::ValuesIn(test::kModes), [](const auto& mode) {
  return mode.param == StreamingMode::kContinuous ? "continuous" : "micro_batch";
});

TEST_P(SparkFileSources, F23_ReadsNewFilesOrThoseOfTheSpanToo) {
  for (const bool newFilesOnly : {true, false}) {
    test::setModified(scratch.write("watched/0", "0\n"), 10'000);
    test::StreamTest running(options());
    auto lines = running.context().fileStream(
        scratch / "watched",
        [](const SparkContext& context, const std::string& path) { return context.textFile(path); },
        isVisibleFile, newFilesOnly);
    auto outputs = running.collect(lines);
    running.start();
    running.clock().advance(1000);
    for (int i = 1; i <= 5; ++i) {
      write(running, "watched/" + std::to_string(i), std::to_string(i) + "\n");
      running.advance();
    }
    running.stop();
    const auto& expected =
        test::vector("F23").at("expect").at(newFilesOnly ? "newFilesOnly=true" : "newFilesOnly=false");
    EXPECT_EQ(flattened(outputs.records()), fromJson<Strings>(expected));
    LocalFileSystem().remove(scratch / "watched");
  }
}

TEST_P(SparkFileSources, F24_ReadsTheDirectoriesOfAGlob) {
  test::setModified(scratch.write("before", "0\n"), 12'500);
  scratch.write("a/.keep", "");
  scratch.write("b/.keep", "");
  test::StreamTest running(options());
  auto outputs = running.collect(running.context().textFileStream(scratch / "*/"));
  running.start();
  Strings expected;
  for (int i = 1; i <= 10; ++i) {
    running.clock().advance(1000);
    write(running, (i % 2 == 0 ? "a/" : "b/") + std::to_string(i), std::to_string(i) + "\n");
    expected.push_back(std::to_string(i));
    running.moveTo(12'000 + i * 2000);
  }
  running.stop();
  EXPECT_EQ(flattened(outputs.records()), expected);
}

TEST_P(SparkFileSources, F26_ReadsRecordsOfAFixedLength) {
  test::StreamTest running(options());
  auto outputs = running.collect(running.context().binaryRecordsStream(scratch.path(), 1));
  running.start();
  std::vector<Strings> expected;
  for (char i = 0; i < 3; ++i) {
    std::string bytes;
    for (char byte = 1; byte <= 5; ++byte) bytes.push_back(static_cast<char>(byte + i));
    running.clock().advance(1000);
    write(running, std::to_string(i), bytes);
    running.moveTo(12'000 + (i + 1) * 2000);
    auto& batch = expected.emplace_back();
    for (char byte : bytes) batch.emplace_back(1, byte);
  }
  running.stop();
  EXPECT_EQ(outputs.records(), expected);
}

TEST(SparkFileSelection, X04_SelectsByTimeOfModification) {
  for (const auto& row : test::vector("X04").at("rows").as_array()) {
    const auto number = [&](std::size_t i) { return fromJson<std::int64_t>(row.at(i)); };
    const bool newFilesOnly = row.at(3).as_bool();
    auto rule = core::modificationTimeRule(newFilesOnly ? number(2) : 0,
                                           core::rememberSpan(number(4), 60'000), number(4));
    FileStatus file;
    file.modified = number(0);
    rule->beginScan(number(1));
    EXPECT_EQ(!rule->skip("file", file), row.at(5).as_bool()) << row;
  }
}

}  // namespace
}  // namespace millrace::parity
