#pragma once

#include <filesystem>
#include <string>

namespace millrace::bench {

/// A directory for what a benchmark writes, removed with this object.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace millrace::bench
