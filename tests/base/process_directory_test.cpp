#include <millrace/base/process_directory.hpp>

#include <millrace/base/error.hpp>

#include "support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace millrace::core {
namespace {

namespace fs = std::filesystem;

std::size_t namesIn(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), {}));
}

TEST(ProcessDirectory, IsItsUsersOnlyAndGoesWithAllItHolds) {
  const test::ScratchDirectory scratch;
  const std::string parent = (scratch / "not/there");
  {
    const ProcessDirectory directory(parent);
    struct stat status;
    ASSERT_EQ(::stat(directory.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    fs::create_directories(directory.path() + "/a/b");
    std::ofstream(directory.path() + "/a/file") << "text";
  }
  EXPECT_EQ(namesIn(parent), 0U);
}

TEST(ProcessDirectory, OfALivingProcessIsNotAbandoned) {
  const test::ScratchDirectory scratch;
  const ProcessDirectory directory((scratch / "here"));
  ProcessDirectory::removeAbandoned((scratch / "here"));
  EXPECT_TRUE(fs::exists(directory.path()));
}

TEST(ProcessDirectory, OfAProcessThatWasKilledIsRemoved) {
  const test::ScratchDirectory scratch;
  const std::string parent = (scratch / "here");
  const pid_t child = ::fork();
  if (child == 0) {
    const ProcessDirectory directory(parent);
    std::ofstream(directory.path() + "/file") << "text";
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(namesIn(parent), 2U) << "the directory and its lock";
  fs::create_directories(parent + "/millrace-of-the-user");
  ProcessDirectory::removeAbandoned(parent);
  EXPECT_EQ(namesIn(parent), 1U);
  EXPECT_TRUE(fs::exists(parent + "/millrace-of-the-user"));
}

TEST(ProcessDirectory, WhereThereIsNoneToLookAtNothingHappens) {
  ProcessDirectory::removeAbandoned("/not/there");
}

TEST(ProcessDirectory, ThatCannotBeMadeIsAnErrorWithTheCure) {
  const test::ScratchDirectory scratch;
  std::ofstream((scratch / "file")) << "text";
  try {
    const ProcessDirectory directory((scratch / "file"));
    FAIL();
  } catch (const SparkException& error) {
    EXPECT_NE(std::string(error.what()).find((scratch / "file")), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("set spark.local.dir"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace millrace::core
