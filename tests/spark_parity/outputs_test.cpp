#include "spark_parity/from_json.hpp"

#include <support/scratch_directory.hpp>
#include <support/script.hpp>
#include <support/vectors.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <sstream>

namespace millrace::parity {
namespace {

using Strings = std::vector<std::string>;

/// While it lives, what is printed comes here instead of to stdout.
class CapturedStdout {
 public:
  CapturedStdout() : before_(std::cout.rdbuf(text_.rdbuf())) {}
  ~CapturedStdout() { std::cout.rdbuf(before_); }
  CapturedStdout(const CapturedStdout&) = delete;
  CapturedStdout& operator=(const CapturedStdout&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::string& path) { std::filesystem::current_path(path); }
  ~WorkingDirectory() { std::filesystem::current_path(before_); }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;

 private:
  const std::filesystem::path before_ = std::filesystem::current_path();
};

/// Options for a first batch at this time.
test::StreamOptions firstBatchAt(std::int64_t time) {
  test::StreamOptions options;
  options.now = time - options.batch.milliseconds();
  return options;
}

std::string printedOf(const Strings& batch) {
  CapturedStdout captured;
  test::StreamTest running(firstBatchAt(1388354301000));
  running.source<std::string>({batch}).print(2);
  running.run(1);
  return captured.text();
}

TEST(SparkOutputs, X08_PrintedBytes) {
  const auto& row = test::vector("X08");
  EXPECT_EQ(printedOf({"x", "y", "z"}), fromJson<std::string>(row.at("bytes")));
  EXPECT_EQ(printedOf({}), fromJson<std::string>(row.at("empty_batch_bytes")));
}

TEST(SparkOutputs, X09_NamesOfSavedBatches) {
  for (const auto& row : test::vector("X09").at("rows").as_array()) {
    test::ScratchDirectory scratch;
    WorkingDirectory inside(scratch.path());
    const auto suffix = fromJson<std::optional<std::string>>(row.at(1));
    const auto name = fromJson<std::string>(row.at(3));
    test::StreamTest running(firstBatchAt(fromJson<std::int64_t>(row.at(2))));
    running.source<std::string>({Strings{"a", "b"}})
        .saveAsTextFiles(fromJson<std::string>(row.at(0)), suffix.value_or(""));
    running.run(1);
    EXPECT_EQ(scratch.list(name), (Strings{"_SUCCESS", "part-00000", "part-00001"}));
    EXPECT_EQ(scratch.read(name + "/part-00000"), "a\n");
    EXPECT_EQ(scratch.list().size(), 1U) << name;
  }
}

}  // namespace
}  // namespace millrace::parity
