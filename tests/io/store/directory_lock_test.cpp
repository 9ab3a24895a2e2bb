#include <millrace/io/store/directory_lock.hpp>

#include <millrace/base/error.hpp>

#include "support/failures.hpp"
#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

namespace millrace::core {
namespace {

using test::failureOf;

class DirectoryLockTest : public testing::Test {
 protected:
  test::ScratchDirectory scratch;
  LocalFileSystem files;
  const std::string directory = scratch / "checkpoint";
};

TEST_F(DirectoryLockTest, ASecondProcessIsRefusedAtOnceNamingTheFirst) {
  std::array<int, 2> ready;
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const DirectoryLock lock(files, directory);
    ::write(ready[1], "x", 1) == 1 ? ::pause() : 0;
    ::_exit(0);
  }
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(failureOf<SparkException>([&] { DirectoryLock(files, directory); }),
            directory + " is in use by process " + std::to_string(child) + " on host " + host.data() +
                ": stop that one first, or give this one another directory");
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(1));

  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const DirectoryLock lock(files, directory);
  EXPECT_EQ(lock.token(), 2u);
  lock.require();
  for (const int end : ready) ::close(end);
}

TEST_F(DirectoryLockTest, WhoWasTakenOverIsToldSo) {
  const DirectoryLock paused(files, directory);
  files.remove(directory + "/lock");
  const DirectoryLock next(files, directory);
  EXPECT_EQ(next.token(), paused.token() + 1);
  next.require();
  const std::string failure = failureOf<SparkException>([&] { paused.require(); });
  EXPECT_NE(failure.find("was taken over by process " + std::to_string(::getpid()) + " on host "),
            failure.npos)
      << failure;
}

TEST_F(DirectoryLockTest, TheTokenGrowsPastThatOfAnyFile) {
  { const DirectoryLock first(files, directory); }
  { EXPECT_EQ(DirectoryLock(files, directory).token(), 2u); }
  files.openPrivate(directory + "/manifest-7-1")->close();
  const DirectoryLock next(files, directory);
  EXPECT_EQ(next.token(), 8u);
}

}  // namespace
}  // namespace millrace::core
