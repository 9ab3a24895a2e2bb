#pragma once

#include <millrace/base/file_system.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

namespace millrace::test {

/// An empty directory of the running test's own, removed with all it holds.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    files_.remove(path_);
    files_.createDirectories(path_);
  }
  ~ScratchDirectory() {
    try {
      files_.remove(path_);
    } catch (...) {
    }
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }
  /// The path of what has this name in it.
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// Makes a file and the directories above it; returns its path.
  std::string write(std::string_view name, std::string_view text) {
    const std::string path = *this / name;
    files_.createDirectories(path.substr(0, path.rfind('/')));
    auto file = files_.openForWriting(path);
    file->write(text);
    file->close();
    return path;
  }
  std::string read(std::string_view name) const { return files_.read(*this / name); }
  std::vector<std::string> list(std::string_view name = "") const { return files_.list(*this / name); }

 private:
  static std::string name() {
    const auto& test = *testing::UnitTest::GetInstance()->current_test_info();
    return std::string("millrace_") + test.test_suite_name() + "_" + test.name() + "_" +
           std::to_string(::getpid());
  }

  LocalFileSystem files_;
  const std::string path_ = testing::TempDir() + name();
};

}  // namespace millrace::test
