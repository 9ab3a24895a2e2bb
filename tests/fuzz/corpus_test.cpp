#include "fuzz/targets.hpp"

#include <millrace/base/file_system.hpp>

#include <gtest/gtest.h>

#include <string>

namespace millrace::test {
namespace {

template <class Target>
void replay(const std::string& name, Target target) {
  const LocalFileSystem files;
  const std::string directory = std::string(MILLRACE_FUZZ_CORPUS) + "/" + name;
  const auto inputs = files.list(directory);
  EXPECT_GE(inputs.size(), 3u) << directory;
  for (const std::string& input : inputs) {
    const std::string bytes = files.read(directory + "/" + input);
    target(bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) target(bytes.substr(0, size));
  }
}

TEST(Corpus, OfFramedFiles) { replay("framed_file", fuzz::framedFile); }
TEST(Corpus, OfManifests) { replay("manifest", fuzz::manifest); }
TEST(Corpus, OfBlockLogs) { replay("block_log", fuzz::blockLog); }

}  // namespace
}  // namespace millrace::test
