#include <millrace/base/file_system.hpp>

#include <millrace/base/error.hpp>
#include <support/faulty_file_system.hpp>

#include <gtest/gtest.h>

#include <functional>

namespace millrace {
namespace {

using test::FaultyFileSystem;
using Names = std::vector<std::string>;

class FileSystemTest : public testing::Test {
 protected:
  void SetUp() override {
    local.remove(directory);
    local.createDirectories(directory);
  }
  void TearDown() override { local.remove(directory); }

  void write(FileSystem& system, const std::string& path, std::string_view text) {
    auto open = system.openForWriting(path);
    open->write(text);
    open->sync();
    open->close();
  }

  static std::string failureOf(const std::function<void()>& call) {
    try {
      call();
      return "nothing failed";
    } catch (const SparkException& error) {
      return error.what();
    }
  }

  LocalFileSystem local;
  const std::string directory =
      testing::TempDir() + "millrace_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string file = directory + "/file";
};

TEST_F(FileSystemTest, ReadsWhatWasWritten) {
  const std::string text = "line\n" + std::string(1, '\0') + std::string(200'000, 'x');
  auto open = local.openForWriting(file);
  open->write("");
  open->write(text.substr(0, 7));
  open->write(text.substr(7));
  open->sync();
  open->close();
  EXPECT_EQ(local.read(file), text);
  write(local, file, "shorter");
  EXPECT_EQ(local.read(file), "shorter");
}

TEST_F(FileSystemTest, ListsRenamesAndRemoves) {
  local.createDirectories(directory + "/a/b");
  local.createDirectories(directory + "/a/b");
  write(local, directory + "/a/z", "new");
  write(local, directory + "/a/y", "old");
  EXPECT_EQ(local.list(directory + "/a"), (Names{"b", "y", "z"}));
  local.rename(directory + "/a/z", directory + "/a/y");
  EXPECT_EQ(local.list(directory + "/a"), (Names{"b", "y"}));
  EXPECT_EQ(local.read(directory + "/a/y"), "new");
  EXPECT_TRUE(local.exists(directory + "/a/y"));
  EXPECT_TRUE(local.remove(directory + "/a"));
  EXPECT_FALSE(local.exists(directory + "/a"));
  EXPECT_FALSE(local.remove(directory + "/a"));
}

TEST_F(FileSystemTest, ErrorsNameTheFileAndTheReason) {
  const std::string none = directory + "/none", inside = none + "/file";
  EXPECT_EQ(failureOf([&] { local.openForWriting(inside); }),
            "cannot create " + inside + ": No such file or directory");
  EXPECT_EQ(failureOf([&] { local.read(none); }), "cannot open " + none + ": No such file or directory");
  EXPECT_EQ(failureOf([&] { local.list(none); }), "cannot list " + none + ": No such file or directory");
  EXPECT_EQ(failureOf([&] { local.rename(none, file); }),
            "cannot rename " + none + " to " + file + ": No such file or directory");
  write(local, file, "");
  EXPECT_EQ(failureOf([&] { local.createDirectories(file + "/x"); }),
            "cannot create directory " + file + "/x: Not a directory");
  EXPECT_EQ(failureOf([&] { local.read(directory); }), "cannot read " + directory + ": Is a directory");
  EXPECT_EQ(failureOf([&] { local.openForWriting("/dev/full")->write("x"); }),
            "cannot write /dev/full: No space left on device");
}

TEST_F(FileSystemTest, AClosedFileTakesNothing) {
  auto open = local.openForWriting(file);
  open->close();
  EXPECT_THROW(open->write("x"), IllegalState);
  EXPECT_THROW(open->sync(), IllegalState);
  EXPECT_THROW(open->close(), IllegalState);
}

TEST_F(FileSystemTest, FaultyOneFailsTheCallItIsTold) {
  FaultyFileSystem faulty(local);
  write(faulty, file, "before");
  ASSERT_EQ(faulty.calls(), 4);
  const Names failures{"create", "write", "sync", "close"};
  for (int n = 1; n <= 4; ++n) {
    faulty.failCall(n);
    EXPECT_EQ(failureOf([&] { write(faulty, file, "text"); }),
              "cannot " + failures[static_cast<std::size_t>(n - 1)] + " " + file + ": Input/output error");
  }
  write(faulty, file, "after");
  EXPECT_EQ(local.read(file), "after");
}

TEST_F(FileSystemTest, FaultyOneFillsUp) {
  FaultyFileSystem faulty(local);
  faulty.fullAfter(5);
  auto open = faulty.openForWriting(file);
  open->write("abc");
  EXPECT_EQ(failureOf([&] { open->write("defg"); }), "cannot write " + file + ": No space left on device");
  EXPECT_EQ(failureOf([&] { open->write("h"); }), "cannot write " + file + ": No space left on device");
  open->close();
  EXPECT_EQ(faulty.read(file), "abcde");
}

}  // namespace
}  // namespace millrace
