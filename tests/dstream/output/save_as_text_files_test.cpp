#include <millrace/dstream/output/save_as_text_files.hpp>

#include <millrace/base/file_system.hpp>

#include "support/faulty_file_system.hpp"
#include "support/scratch_directory.hpp"
#include "support/script.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace millrace {
namespace {

using test::ScratchDirectory;
using test::StreamTest;
using Strings = std::vector<std::string>;

TEST(SaveAsTextFiles, WritesADirectoryPerBatch) {
  ScratchDirectory scratch;
  StreamTest running({.shape = {.partitions = 2}});
  auto pairs = running.source<std::pair<std::string, int>>({{{{"a", 1}, {"b", 2}}}, std::nullopt, {{}}});
  pairs.saveAsTextFiles(scratch / "counts", "txt");
  running.run(3);
  EXPECT_EQ(scratch.list(), (Strings{"counts-1000.txt", "counts-3000.txt"}));
  EXPECT_EQ(scratch.list("counts-1000.txt"), (Strings{"_SUCCESS", "part-00000", "part-00001"}));
  EXPECT_EQ(scratch.read("counts-1000.txt/part-00000"), "(a,1)\n");
  EXPECT_EQ(scratch.read("counts-1000.txt/part-00001"), "(b,2)\n");
  EXPECT_EQ(scratch.read("counts-3000.txt/part-00001"), "");
}

TEST(SaveAsTextFiles, ReplacesWhatAnEarlierRunWrote) {
  ScratchDirectory scratch;
  for (int run = 1; run <= 2; ++run) {
    StreamTest running({.shape = {.partitions = run == 1 ? 3 : 1}});
    running.source<int>(test::batches<int>({{run}})).saveAsTextFiles(scratch / "out");
    running.run(1);
  }
  EXPECT_EQ(scratch.list("out-1000"), (Strings{"_SUCCESS", "part-00000"}));
  EXPECT_EQ(scratch.read("out-1000/part-00000"), "2\n");
}

TEST(SaveAsTextFiles, NamesTheFileWhenTheDiskIsFull) {
  ScratchDirectory scratch;
  LocalFileSystem local;
  auto full = std::make_shared<test::FaultyFileSystem>(local);
  auto engine = std::make_shared<core::Engine>(core::inlineJobRunner(), 1, full);
  StreamTest running(engine, {.shape = {.partitions = 1}});
  running
      .source<std::string>(test::batches<std::string>({{"one"}, {"more than there is room for"}, {"three"}}))
      .saveAsTextFiles(scratch / "out");
  running.start();
  running.advance();
  full->fullAfter(5);
  running.advance();
  full->fullAfter(1'000);
  running.advance();
  std::string failure;
  try {
    running.stop();
  } catch (const BatchFailure& error) {
    failure = error.what();
  }
  EXPECT_TRUE(failure.starts_with("batch 2000 ms, saveAsTextFiles #1: ")) << failure;
  EXPECT_NE(failure.find("part-00000: No space left on device"), std::string::npos) << failure;
  EXPECT_EQ(scratch.list(), (Strings{"out-1000", "out-3000"}))
      << "of the failed batch nothing, _SUCCESS least";
}

TEST(SaveAsTextFiles, TwoOutputsHaveDirectoriesOfTheirOwn) {
  test::inBothModes([](const test::StreamOptions& options) {
    ScratchDirectory scratch;
    StreamTest running(options);
    auto numbers = running.source<int>(test::batches<int>({{1}}));
    numbers.saveAsTextFiles(scratch / "out");
    numbers.saveAsTextFiles(scratch / "out", "txt");
    numbers.window(Seconds(2), Seconds(2)).saveAsObjectFiles("file:" + (scratch / "./other/../out"));
    EXPECT_EQ(running.failureOf(1), "saveAsTextFiles #1 and saveAsObjectFiles #4 both write to " +
                                        (scratch / "out-TIME") +
                                        ": give each a prefix or a suffix of its own");
    EXPECT_EQ(scratch.list(), Strings{});
  });
}

TEST(FileNameOfTime, DropsWhatIsEmpty) {
  EXPECT_EQ(core::fileNameOfTime("out", "txt", Time(5)), "out-5.txt");
  EXPECT_EQ(core::fileNameOfTime("", "", Time(5)), "5");
  EXPECT_EQ(core::fileNameOfTime("out", "txt"), "out-TIME.txt");
}

}  // namespace
}  // namespace millrace
