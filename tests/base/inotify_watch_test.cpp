#include <millrace/base/file_system.hpp>
#include <millrace/base/inotify_watch.hpp>
#include <support/scratch_directory.hpp>
#include <support/sleeping_thread.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace millrace::core {
namespace {

class InotifyWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::string& directory : {a, b, elsewhere}) std::filesystem::create_directory(directory);
  }
  void moveIn(const std::string& path) {
    scratch.write("elsewhere/file", "x");
    std::filesystem::rename(elsewhere + "/file", path);
  }
  std::optional<std::string> next() { return watch->next(stop.get_token()); }
  /// That nothing is told of but this.
  void expectOnly(const std::string& path) {
    moveIn(a + "/end");
    EXPECT_EQ(next(), path);
    EXPECT_EQ(next(), a + "/end");
  }

  test::ScratchDirectory scratch;
  const std::string a = scratch / "a", b = scratch / "b", elsewhere = scratch / "elsewhere";
  std::unique_ptr<DirectoryWatch> watch = LocalFileSystem().watchDirectories();
  std::stop_source stop;
};

TEST_F(InotifyWatchTest, TellsWhatIsMovedIn) {
  watch->watch({a, b + "/"});
  scratch.write("a/written", "x");
  moveIn(b + "/a b%\n\xff");
  moveIn(scratch / "not here");
  expectOnly(b + "/a b%\n\xff");
}

TEST_F(InotifyWatchTest, WatchesWhatItWasToldLast) {
  watch->watch({b});
  watch->watch({a});
  moveIn(b + "/no");
  moveIn(a + "/yes");
  expectOnly(a + "/yes");
}

TEST_F(InotifyWatchTest, ADirectoryThatIsReplacedIsWatchedOnceItIsNamedAgain) {
  watch->watch({a, b});
  std::filesystem::rename(b, elsewhere + "/b");
  std::filesystem::create_directory(b);
  watch->watch({a, b});
  moveIn(elsewhere + "/b/no");
  moveIn(b + "/yes");
  expectOnly(b + "/yes");
  std::filesystem::remove_all(b);
  watch->watch({a, b});
  std::filesystem::create_directory(b);
  watch->watch({a, b});
  moveIn(b + "/again");
  expectOnly(b + "/again");
}

TEST_F(InotifyWatchTest, LeavesOutWhatCannotBeWatched) {
  scratch.write("file", "x");
  watch->watch({scratch / "none", scratch / "file", a});
  moveIn(a + "/yes");
  expectOnly(a + "/yes");
}

TEST_F(InotifyWatchTest, WatchesABoundedNumber) {
  watch = inotifyWatch(1);
  watch->watch({a, b});
  moveIn(b + "/no");
  moveIn(a + "/yes");
  expectOnly(a + "/yes");
}

TEST_F(InotifyWatchTest, AStopEndsTheWait) {
  watch->watch({a});
  std::jthread stopping([this, waiting = ::gettid()] {
    while (!test::sleeps(waiting)) std::this_thread::yield();
    stop.request_stop();
  });
  EXPECT_EQ(next(), std::nullopt);
  moveIn(a + "/file");
  EXPECT_EQ(watch->next({}), a + "/file") << "and no later one";
}

}  // namespace
}  // namespace millrace::core
