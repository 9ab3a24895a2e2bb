#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/binary_records.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include <support/scratch_directory.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

using test::failureOf;

class BinaryRecordsTest : public testing::Test {
 protected:
  RDD<std::string_view> binaryRecords(const std::string& paths, int length) {
    return RDD<std::string_view>(binaryRecordsNode(engine, paths, length));
  }

  test::ScratchDirectory scratch;
  EnginePtr engine = std::make_shared<Engine>(inlineJobRunner(), 2, std::make_shared<LocalFileSystem>());
};

TEST_F(BinaryRecordsTest, GivesTheRecords) {
  scratch.write("d/a", "aabb\n\r");
  scratch.write("d/b", "");
  scratch.write("d/c", std::string("\0\xFF", 2));
  EXPECT_EQ(binaryRecords(scratch / "d", 2).collect(),
            (std::vector<std::string>{"aa", "bb", "\n\r", std::string("\0\xFF", 2)}));
  EXPECT_EQ(binaryRecords(scratch / "d/a", 6).collect(), std::vector<std::string>{"aabb\n\r"});
}

TEST_F(BinaryRecordsTest, CutsLargeFilesBetweenRecords) {
  const std::size_t length = 3'000'001;
  std::string text;
  for (char c = 'a'; c < 'a' + 25; ++c) text.append(length, c);
  const std::string path = scratch.write("large", text);
  const auto records = binaryRecords(path, static_cast<int>(length));
  EXPECT_EQ(records.getNumPartitions(), 3) << "75 MB in pieces of at most 32 MiB";
  std::string firsts;
  for (const std::string& record : records.collect()) {
    EXPECT_EQ(record.size(), length);
    firsts += record[0];
    EXPECT_EQ(record.find_first_not_of(record[0]), record.npos);
  }
  EXPECT_EQ(firsts, "abcdefghijklmnopqrstuvwxy");
  EXPECT_EQ(binaryRecords(path, 1).count(), static_cast<std::int64_t>(text.size()));
}

TEST_F(BinaryRecordsTest, RefusesWhatAreNoWholeRecords) {
  const std::string path = scratch.write("a", "12345");
  EXPECT_EQ(failureOf<SparkException>([&] { binaryRecords(path, 2); }),
            path + " has 5 bytes, which are no whole records of 2: check the record length and the file");
  EXPECT_EQ(failureOf<IllegalArgument>([&] { binaryRecords(path, 0); }),
            "binary records of 0 bytes: give at least 1");
  const auto records = binaryRecords(path, 5);
  scratch.write("a", "123");
  EXPECT_EQ(failureOf<TaskFailure>([&] { records.collect(); }),
            "binaryRecords \"" + path + "\" failed in partition 0: " + path +
                " has become shorter, 3 bytes, since its RDD was defined: leave input files as they are");
}

}  // namespace
}  // namespace millrace::core
