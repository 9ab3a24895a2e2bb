#include <millrace/base/file_system.hpp>

#include <millrace/base/error.hpp>
#include <support/faulty_file_system.hpp>
#include <support/scratch_directory.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <string>

namespace {

std::function<void(const std::string& path)> onSync;

}  // namespace

/// Takes the place of the C library's, since only a power cut would show that a directory was not synced.
extern "C" int fsync(int file) {
  if (onSync) onSync(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file)));
  return static_cast<int>(syscall(SYS_fsync, file));
}

namespace millrace {
namespace {

using test::failureOf;
using test::FaultyFileSystem;
using Names = std::vector<std::string>;

class FileSystemTest : public testing::Test {
 protected:
  void write(FileSystem& system, const std::string& path, std::string_view text) {
    auto open = system.openForWriting(path);
    open->write(text);
    open->sync();
    open->close();
  }

  LocalFileSystem local;
  const test::ScratchDirectory scratch;
  const std::string directory = scratch.path();
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

TEST_F(FileSystemTest, ReadsFromAnyPlace) {
  write(local, file, "0123456789");
  auto open = local.openForReading(file);
  EXPECT_EQ(open->size(), 10u);
  std::array<char, 4> room;
  const auto readAt = [&](std::uint64_t offset) {
    return std::string(room.data(), open->readAt(offset, room));
  };
  EXPECT_EQ(readAt(3), "3456");
  EXPECT_EQ(readAt(0), "0123");
  EXPECT_EQ(readAt(8), "89");
  EXPECT_EQ(readAt(10), "");
  EXPECT_EQ(readAt(1'000'000'000'000), "");
  EXPECT_EQ(open->readAt(0, {}), 0u);
  write(local, file, "now it has got longer");
  EXPECT_EQ(open->size(), 10u);
}

TEST_F(FileSystemTest, TellsDirectoriesFromFiles) {
  write(local, file, "");
  EXPECT_TRUE(local.isDirectory(directory));
  EXPECT_FALSE(local.isDirectory(file));
  EXPECT_FALSE(local.isDirectory(directory + "/none"));
  EXPECT_FALSE(local.isDirectory(file + "/x"));
  EXPECT_FALSE(local.exists(file + "/x"));
  EXPECT_FALSE(local.remove(file + "/x"));
}

TEST_F(FileSystemTest, OnlyRegularFilesCanBeReadFromAnyPlace) {
  const std::string pipe = directory + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(failureOf<SparkException>([&] { local.openForReading(pipe); }),
            "cannot open " + pipe + ": not a regular file");
  EXPECT_EQ(failureOf<SparkException>([&] { local.openForReading(directory); }),
            "cannot open " + directory + ": not a regular file");
}

TEST_F(FileSystemTest, ADirectoryIsRenamedToWhereNothingIs) {
  local.createDirectories(directory + "/a/full");
  local.createDirectories(directory + "/empty");
  local.rename(directory + "/a", directory + "/empty");
  EXPECT_EQ(local.list(directory), Names{"empty"});
  local.createDirectories(directory + "/b");
  EXPECT_EQ(failureOf<SparkException>([&] { local.rename(directory + "/b", directory + "/empty"); }),
            "cannot rename " + directory + "/b to " + directory + "/empty: Directory not empty");
}

TEST_F(FileSystemTest, ARenameSurvivesAPowerCut) {
  write(local, file, "text");
  const std::string inside = directory + "/inside";
  local.createDirectories(inside);
  Names synced;
  onSync = [&](const std::string& path) {
    synced.push_back(path);
    EXPECT_TRUE(local.exists(inside + "/file")) << "it is synced when it has the new name";
  };
  local.rename(file, inside + "/file");
  onSync = nullptr;
  EXPECT_EQ(synced, Names{std::filesystem::canonical(inside)});
}

TEST_F(FileSystemTest, AFileIsSynced) {
  Names synced;
  onSync = [&](const std::string& path) { synced.push_back(path); };
  write(local, file, "text");
  onSync = nullptr;
  EXPECT_EQ(synced, Names{std::filesystem::canonical(file)});
}

TEST_F(FileSystemTest, ErrorsNameTheFileAndTheReason) {
  const std::string none = directory + "/none", inside = none + "/file";
  EXPECT_EQ(failureOf<SparkException>([&] { local.openForWriting(inside); }),
            "cannot create " + inside + ": No such file or directory");
  EXPECT_EQ(failureOf<SparkException>([&] { local.read(none); }),
            "cannot open " + none + ": No such file or directory");
  EXPECT_EQ(failureOf<SparkException>([&] { local.openForReading(none); }),
            "cannot open " + none + ": No such file or directory");
  EXPECT_EQ(failureOf<SparkException>([&] { local.list(none); }),
            "cannot list " + none + ": No such file or directory");
  EXPECT_EQ(failureOf<SparkException>([&] { local.rename(none, file); }),
            "cannot rename " + none + " to " + file + ": No such file or directory");
  write(local, file, "");
  EXPECT_EQ(failureOf<SparkException>([&] { local.createDirectories(file + "/x"); }),
            "cannot create directory " + file + "/x: Not a directory");
  EXPECT_EQ(failureOf<SparkException>([&] { local.read(directory); }),
            "cannot read " + directory + ": Is a directory");
  EXPECT_EQ(failureOf<SparkException>([&] { local.openForWriting("/dev/full")->write("x"); }),
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
    EXPECT_EQ(failureOf<SparkException>([&] { write(faulty, file, "text"); }),
              "cannot " + failures[static_cast<std::size_t>(n - 1)] + " " + file + ": Input/output error");
  }
  write(faulty, file, "after");
  EXPECT_EQ(local.read(file), "after");
}

TEST_F(FileSystemTest, APrivateFileIsItsUsersOnly) {
  local.openPrivate(file)->close();
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FileSystemTest, ALockHasOneOwnerUntilItGoes) {
  auto lock = local.tryLock(file);
  ASSERT_NE(lock, nullptr);
  EXPECT_EQ(local.tryLock(file), nullptr);
  lock = nullptr;
  EXPECT_NE(local.tryLock(file), nullptr);
  EXPECT_EQ(failureOf<SparkException>([&] { local.tryLock(directory + "/not/there"); }),
            "cannot lock " + directory + "/not/there: No such file or directory");
}

TEST_F(FileSystemTest, FaultyOneFailsAllFromACallOn) {
  FaultyFileSystem faulty(local);
  faulty.failFrom(2);
  faulty.exists(file);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(failureOf<SparkException>([&] { faulty.exists(file); }),
              "cannot look for " + file + ": Input/output error");
}

TEST_F(FileSystemTest, FaultyOneFailsReading) {
  write(local, file, "text");
  FaultyFileSystem faulty(local);
  std::array<char, 4> room;
  faulty.failCall(2);
  auto open = faulty.openForReading(file);
  EXPECT_EQ(failureOf<SparkException>([&] { open->readAt(0, room); }),
            "cannot read " + file + ": Input/output error");
  EXPECT_EQ(open->readAt(0, room), 4u);
  faulty.failCall(1);
  EXPECT_EQ(failureOf<SparkException>([&] { faulty.openForReading(file); }),
            "cannot open " + file + ": Input/output error");
}

TEST_F(FileSystemTest, FaultyOneFillsUp) {
  FaultyFileSystem faulty(local);
  faulty.fullAfter(5);
  auto open = faulty.openForWriting(file);
  open->write("abc");
  EXPECT_EQ(failureOf<SparkException>([&] { open->write("defg"); }),
            "cannot write " + file + ": No space left on device");
  EXPECT_EQ(failureOf<SparkException>([&] { open->write("h"); }),
            "cannot write " + file + ": No space left on device");
  open->close();
  EXPECT_EQ(faulty.read(file), "abcde");
}

TEST_F(FileSystemTest, AFileThatMayGrowNoFurtherIsAnErrorAndNoSignal) {
  const auto open = local.openForWriting(file);
  rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limited{4, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limited);
  const std::string failure = failureOf<SparkException>([&] { open->write("more than four"); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(failure, "cannot write " + file + ": File too large");
}

}  // namespace
}  // namespace millrace
