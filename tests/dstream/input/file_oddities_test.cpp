#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/utf8.hpp>

#include "support/scratch_directory.hpp"
#include "support/set_modified.hpp"
#include "support/streams.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

/// The machine's, but that it forbids files of the name "locked" to be read, and lets something happen after it has listed a
/// directory, and after it has opened a file.
class OddFileSystem final : public LocalFileSystem {
 public:
  std::vector<FileStatus> listStatus(const std::string& path) const override {
    auto listed = LocalFileSystem::listStatus(path);
    if (afterListing) afterListing();
    return listed;
  }
  std::unique_ptr<ReadableFile> openForReading(const std::string& path) const override {
    if (path.ends_with("/locked")) throw SparkException("cannot open " + path + ": Permission denied");
    auto file = LocalFileSystem::openForReading(path);
    if (afterOpening) afterOpening(path);
    return file;
  }

  std::function<void()> afterListing;
  std::function<void(const std::string& path)> afterOpening;
};

/// A directory that is watched by a program whose first batch is at 13 s.
class OddDirectory {
 public:
  OddDirectory() { std::filesystem::create_directory(path_); }

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  const std::shared_ptr<OddFileSystem>& files() const { return files_; }

  void write(const std::string& name, std::string_view text, std::int64_t modified = 12'500) const {
    std::ofstream(*this / name) << text;
    test::setModified(*this / name, modified);
  }
  void append(const std::string& name, std::string_view text) const {
    std::ofstream(*this / name, std::ios::app) << text;
  }
  void moveIn(const std::string& name, std::string_view text, std::int64_t modified = 12'500) const {
    const std::string elsewhere = scratch_ / "elsewhere";
    std::ofstream(elsewhere) << text;
    test::setModified(elsewhere, modified);
    std::filesystem::rename(elsewhere, *this / name);
  }

 private:
  const test::ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "watched";
  const std::shared_ptr<OddFileSystem> files_ = std::make_shared<OddFileSystem>();
};

/// What happens in the directory before each of three batches, and what comes of it.
struct Oddity {
  std::string name;
  std::vector<std::function<void(const OddDirectory&)>> happens;
  std::vector<Texts> lines;  // of the three batches; the later ones may be left out
  std::string skipped =
      {};  // the reason that the log has for what is not read, or not read at once; none of a file that is
  bool detectMoved = false;
};

std::ostream& operator<<(std::ostream& out, const Oddity& oddity) { return out << oddity.name; }

Oddity nameOf(const std::string& what, const std::string& name) {
  return {"a_name_with_" + what, {[=](const OddDirectory& in) { in.write(name, "1\n"); }}, {{"1"}}};
}

std::vector<Oddity> oddities() {
  using In = const OddDirectory&;
  return {
      {"it_appears", {[](In in) { in.write("a", "1\n2\n"); }}, {{"1", "2"}}},
      {"it_is_moved_in", {[](In in) { in.moveIn("a", "1\n2\n"); }}, {{"1", "2"}}},
      {"it_is_half_written",
       {[](In in) { in.write("a", "1\n2"); }, [](In in) { in.append("a", "3\n"); }},
       {{"1", "2"}}},
      {"it_is_half_written_and_watched",
       {[](In in) { in.append("a", "1\n2"); }, [](In in) { in.append("a", "3\n"); }},
       {{}, {}, {"1", "23"}},
       "it may still be written",
       true},
      {"it_is_moved_in_late_and_touched",
       {[](In in) { in.moveIn("a", "1\n", 11'000); }, [](In in) { test::setModified(in / "a", 13'500); }},
       {{}, {"1"}},
       "touch it"},
      {"it_is_read_and_touched",
       {[](In in) { in.write("a", "1\n"); }, [](In in) { test::setModified(in / "a", 13'500); }},
       {{"1"}}},
      {"it_is_from_the_future", {[](In in) { in.write("a", "1\n", 1'000'000); }}, {}, "check the clocks"},
      {"it_is_removed_after_the_listing",
       {[](In in) {
         in.write("a", "1\n");
         in.files()->afterListing = [path = in / "a"] { std::filesystem::remove(path); };
       }},
       {},
       "Input path does not exist"},
      {"it_is_removed_between_the_making_of_the_batch_and_its_tasks",
       {[](In in) {
         in.write("a", "1\n");
         in.write("b", "2\n");
         in.files()->afterOpening = [a = in / "a"](const std::string& path) {
           if (path == a) std::filesystem::remove(path);
         };
       }},
       {{"2"}},
       "No such file or directory"},
      {"it_is_unreadable", {[](In in) { in.write("locked", "1\n"); }}, {}, "Permission denied"},
      {"it_is_compressed_otherwise", {[](In in) { in.write("a.bz2", "1\n"); }}, {}, "decompress it first"},
      {"it_is_a_directory",
       {[](In in) { std::filesystem::create_directory(in / "a"); }},
       {},
       "it is a directory"},
      {"it_is_a_directory_of_a_name_without_UTF_8",
       {[](In in) { std::filesystem::create_directory(in / "a\xff"); }},
       {},
       "a\\xff reason=\"it is a directory"},
      {"it_is_a_pipe",
       {[](In in) { ASSERT_EQ(::mkfifo((in / "a").c_str(), 0600), 0); }},
       {},
       "no regular file"},
      {"it_is_a_loop_of_links",
       {[](In in) { std::filesystem::create_symlink("a", in / "a"); }},
       {},
       "Too many levels of symbolic links"},
      {"it_is_a_link_to_nowhere",
       {[](In in) { std::filesystem::create_symlink("b", in / "a"); }},
       {},
       "No such file or directory"},
      {"the_directory_becomes_a_loop_of_links",
       {[](In in) {
          std::filesystem::remove(in.path());
          std::filesystem::create_symlink("watched", in.path());
        },
        [](In in) {
          std::filesystem::remove(in.path());
          std::filesystem::create_directory(in.path());
          in.moveIn("a", "1\n");
        }},
       {{}, {"1"}},
       "Too many levels of symbolic links"},
      nameOf("blanks", "a  b "),
      nameOf("a_percent_sign", "a%20b"),
      nameOf("a_newline", "a\nb"),
      nameOf("no_UTF_8", "\xff\xfe"),
      nameOf("a_comma", "a,b"),
      nameOf("a_glob", "*{a,b}[c]\\"),
  };
}

class FileOdditiesTest : public testing::TestWithParam<std::tuple<StreamingMode, Oddity>> {};

std::string nameOfTest(const testing::TestParamInfo<std::tuple<StreamingMode, Oddity>>& test) {
  const auto& [mode, oddity] = test.param;
  return (mode == StreamingMode::kContinuous ? "continuous_" : "micro_batch_") + oddity.name;
}

INSTANTIATE_TEST_SUITE_P(Modes, FileOdditiesTest,
                         testing::Combine(testing::ValuesIn(test::kModes), testing::ValuesIn(oddities())),
                         nameOfTest);

TEST_P(FileOdditiesTest, AFileIsReadOnceOrTheLogSaysWhyNot) {
  const auto& [mode, oddity] = GetParam();
  const OddDirectory directory;
  test::StreamTest running(
      std::make_shared<core::Engine>(core::inlineJobRunner(), 2, directory.files()),
      {.mode = mode,
       .now = 12'000,
       .conf = {{"spark.streaming.fileStream.detectMoved", oddity.detectMoved ? "true" : "false"}}});
  auto lines = running.collect(running.context().textFileStream(directory.path()));
  running.start();
  for (std::size_t batch = 0; batch < 3; ++batch) {
    if (batch < oddity.happens.size()) oddity.happens[batch](directory);
    running.advance();
  }
  running.stop();
  auto expected = oddity.lines;
  expected.resize(3);
  EXPECT_EQ(lines.records(), expected);

  Texts skips;
  for (const std::string& line : running.log().lines()) {
    EXPECT_TRUE(core::isValidUtf8(line)) << line;
    if (line.find("leaves out") != std::string::npos) skips.push_back(line);
  }
  ASSERT_EQ(skips.size(), oddity.skipped.empty() ? 0u : 1u) << testing::PrintToString(skips);
  EXPECT_TRUE(skips.empty() || skips[0].find(oddity.skipped) != std::string::npos)
      << testing::PrintToString(skips);
}

}  // namespace
}  // namespace millrace
