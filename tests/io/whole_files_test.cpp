#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/io/whole_files.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>
#include <millrace/rdd/ops.hpp>

#include <support/faulty_file_system.hpp>
#include <support/gzip.hpp>
#include <support/scratch_directory.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {
namespace {

class WholeFilesTest : public testing::Test {
 protected:
  using Texts = RDD<std::pair<std::string, std::string>>;
  using Streams = RDD<std::pair<std::string, PortableDataStream>>;

  Texts wholeTextFiles(const std::string& paths, int minPartitions = 1) {
    return Texts(wholeTextFilesNode(engine, paths, minPartitions));
  }
  Streams binaryFiles(const std::string& paths, int minPartitions = 1) {
    return Streams(binaryFilesNode(engine, paths, minPartitions));
  }

  test::ScratchDirectory scratch;
  LocalFileSystem local;
  std::shared_ptr<test::FaultyFileSystem> files = std::make_shared<test::FaultyFileSystem>(local);
  EnginePtr engine = std::make_shared<Engine>(inlineJobRunner(), 2, files);
};

TEST_F(WholeFilesTest, GivesEachFileWithItsPath) {
  const std::string b = scratch.write("d/b", "two\nlines\r\n");
  const std::string a = scratch.write("d/a", test::gzip("one"));
  const std::string c = scratch.write("d/c", "");
  scratch.write("d/_SUCCESS", "");
  const std::vector<std::pair<std::string, std::string>> expected{{a, "one"}, {b, "two\nlines\r\n"}, {c, ""}};
  for (int minPartitions : {0, 1, 2, 9})
    EXPECT_EQ(wholeTextFiles(scratch / "d", minPartitions).collect(), expected);
  local.createDirectories(scratch / "none");
  EXPECT_EQ(wholeTextFiles(scratch / "none").getNumPartitions(), 0);
}

TEST_F(WholeFilesTest, PutsNeighboursTogetherUntilTheyHaveTheirShareOfTheBytes) {
  for (int i = 0; i < 6; ++i) scratch.write("d/" + std::to_string(i), std::string(100, 'x'));
  EXPECT_EQ(wholeTextFiles(scratch / "d", 1).getNumPartitions(), 1);
  EXPECT_EQ(wholeTextFiles(scratch / "d", 2).getNumPartitions(), 2);
  EXPECT_EQ(wholeTextFiles(scratch / "d", 3).getNumPartitions(), 3);
  EXPECT_EQ(wholeTextFiles(scratch / "d", 100).getNumPartitions(), 6);
  scratch.write("d/0", std::string(10'000, 'x'));
  EXPECT_EQ(wholeTextFiles(scratch / "d", 2).getNumPartitions(), 2)
      << "a large one alone, the others together";
}

TEST_F(WholeFilesTest, BinaryFilesAreReadWhenTheyAreAskedFor) {
  const std::string packed = test::gzip("as it is");
  const std::string path = scratch.write("d/a", packed);
  const int before = files->calls();
  const auto streams = binaryFiles(scratch / "d").collect();
  const int opened = files->calls() - before;
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0].first, path);
  EXPECT_EQ(streams[0].second.getPath(), path);
  EXPECT_EQ(streams[0].second.toArray(), packed);
  EXPECT_EQ(files->calls() - before, opened + 2) << "opened and read by toArray";
  EXPECT_EQ(streams[0].second.size(), packed.size());
  EXPECT_EQ(streams[0].second.read(1, 2), packed.substr(1, 2));
  EXPECT_EQ(streams[0].second.read(packed.size() - 1, 5), packed.substr(packed.size() - 1));
  EXPECT_EQ(streams[0].second.read(packed.size() + 1, 5), "");
  local.remove(path);
  EXPECT_THROW(streams[0].second.toArray(), SparkException);
  EXPECT_THROW(PortableDataStream().toArray(), IllegalState);
}

TEST_F(WholeFilesTest, NamesWhatCannotBeRead) {
  EXPECT_THROW(wholeTextFiles(scratch / "none"), SparkException);
  EXPECT_THROW(binaryFiles(scratch / "none"), SparkException);
  const std::string path = scratch.write("a", test::gzip("text").substr(0, 15));
  try {
    wholeTextFiles(path).collect();
    FAIL();
  } catch (const TaskFailure& failure) {
    EXPECT_EQ(failure.what(),
              "wholeTextFiles \"" + path + "\" failed in partition 0: " + path +
                  " is cut short: its gzip data end at byte 15 in the middle; get the whole file");
  }
}

}  // namespace
}  // namespace millrace::core
