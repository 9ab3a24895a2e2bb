#pragma once

#include <millrace/base/error.hpp>

#include <string>
#include <utility>

namespace millrace {

/// What a FileSystem throws where there is nothing of that name, or no longer.
class FileNotFound : public SparkException {
 public:
  FileNotFound(std::string path, const std::string& message)
      : SparkException(message), path_(std::move(path)) {}
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace millrace
