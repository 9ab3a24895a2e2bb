#include <millrace/io/file_selector.hpp>
#include <support/captured_log.hpp>
#include <support/faulty_file_system.hpp>
#include <support/scratch_directory.hpp>

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {
namespace {

using Paths = std::vector<std::string>;

/// Takes what has not been taken before, and nothing else.
class TakeOnce final : public FileSelectionRule {
 public:
  void beginScan(std::int64_t) override {}
  std::optional<Skip> skip(const std::string& path, const FileStatus&) override {
    if (std::ranges::find(taken_, path) != taken_.end()) return Skip{};
    taken_.push_back(path);
    return std::nullopt;
  }
  void endScan() override {}
  bool takesMoved(std::int64_t, const std::string& path, const FileStatus& file) override {
    return !skip(path, file);
  }
  std::string memoryType() const override { return "files taken"; }
  void recordMemory() override {}
  void resumeAfter(std::int64_t) override {}
  void recall(const std::string&, std::string_view) override {}

 private:
  Paths taken_;
};

class FileSelectorTest : public testing::Test {
 protected:
  std::unique_ptr<FileSelector> selector(const FileSystem& files, const std::string& directories,
                                         FileFilter filter = isVisibleFile) {
    return std::make_unique<FileSelector>(files, directories, std::move(filter),
                                          std::make_unique<TakeOnce>());
  }
  std::vector<std::string> linesAbout(const std::string& text) const {
    std::vector<std::string> found;
    for (const std::string& line : log.lines())
      if (line.find(text) != std::string::npos) found.push_back(line);
    return found;
  }

  test::CapturedLog log;
  LocalFileSystem local;
  test::ScratchDirectory scratch;
};

TEST_F(FileSelectorTest, OrdersByDirectoryAndName) {
  for (auto* name : {"b/1", "b/0", "a/2", "not in a directory of the glob"}) scratch.write(name, "x");
  auto files = selector(local, scratch / "*");
  scratch.write("a/below/3", "x");
  EXPECT_EQ(files->select(1000), (Paths{scratch / "a/2", scratch / "b/0", scratch / "b/1"}));
  EXPECT_EQ(files->select(2000), Paths());
}

TEST_F(FileSelectorTest, LeavesOutHiddenFiles) {
  for (auto* name : {".a", "_SUCCESS", "b._COPYING_", "b"}) scratch.write(name, "x");
  EXPECT_EQ(selector(local, scratch.path())->select(1000), Paths{scratch / "b"});
  auto all = selector(local, scratch.path(), [](const std::string&) { return true; });
  EXPECT_EQ(all->select(1000).size(), 4u) << "the program's own filter takes the place of the default one";
}

TEST_F(FileSelectorTest, TakesNamesOfAnyBytes) {
  const Paths names{"a b", "a%20", "a\nb", "\xff\xfe", "a,b", "*", "{x}", "\\"};
  for (const std::string& name : names) scratch.write(name, "x");
  EXPECT_EQ(selector(local, scratch.path())->select(1000).size(), names.size());
}

TEST_F(FileSelectorTest, TellsOnceWhyANameIsNoFile) {
  ASSERT_EQ(::symlink((scratch / "loop").c_str(), (scratch / "loop").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", (scratch / "dangling").c_str()), 0);
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  scratch.write("directory/file", "x");
  scratch.write("file", "x");
  ASSERT_EQ(::symlink((scratch / "file").c_str(), (scratch / "link").c_str()), 0);
  auto files = selector(local, scratch.path());
  EXPECT_EQ(files->select(1000), (Paths{scratch / "file", scratch / "link"}));
  EXPECT_EQ(files->select(2000), Paths());
  for (auto* name : {"loop", "dangling", "pipe", "directory"})
    EXPECT_EQ(linesAbout(scratch / name).size(), 1u) << name;
}

TEST_F(FileSelectorTest, AMissingDirectoryIsToldOfAgainAfterItWasThere) {
  auto files = selector(local, scratch / "later");
  EXPECT_EQ(files->select(1000), Paths());
  EXPECT_EQ(files->select(2000), Paths());
  EXPECT_EQ(linesAbout("no such directory").size(), 1u);
  scratch.write("later/a", "x");
  EXPECT_EQ(files->select(3000), Paths{scratch / "later/a"});
  local.remove(scratch / "later");
  EXPECT_EQ(files->select(4000), Paths());
  EXPECT_EQ(linesAbout("no such directory").size(), 2u);
}

TEST_F(FileSelectorTest, AFileThatWasMovedInIsAskedForByItself) {
  auto files = selector(local, scratch.path());
  scratch.write("a", "x");
  scratch.write("b", "x");
  scratch.write(".hidden", "x");
  scratch.write("directory/c", "x");
  EXPECT_TRUE(files->selectMoved(1000, scratch / "a"));
  for (auto* name : {"a", ".hidden", "directory", "none"})
    EXPECT_FALSE(files->selectMoved(1000, scratch / name));
  EXPECT_EQ(log.lines().size(), 0u);
  EXPECT_EQ(files->select(1000), Paths{scratch / "b"});
}

TEST_F(FileSelectorTest, ADirectoryThatCannotBeFoundIsToldOf) {
  ASSERT_EQ(::symlink("loop", (scratch / "loop").c_str()), 0);
  auto files = selector(local, scratch / "loop");
  EXPECT_EQ(files->select(1000), Paths());
  EXPECT_EQ(files->select(2000), Paths());
  EXPECT_EQ(linesAbout("Too many levels of symbolic links").size(), 1u);
}

TEST_F(FileSelectorTest, ADirectoryThatCannotBeListedIsTriedAgain) {
  scratch.write("a", "x");
  test::FaultyFileSystem faulty(local);
  auto files = selector(faulty, scratch.path());
  test::FaultyFileSystem probe(local);
  (void)selector(probe, scratch.path())->select(1000);
  faulty.failCall(probe.calls());
  EXPECT_EQ(files->select(1000), Paths());
  EXPECT_EQ(linesAbout("Input/output error").size(), 1u);
  EXPECT_EQ(files->select(2000), Paths{scratch / "a"});
}

}  // namespace
}  // namespace millrace::core
