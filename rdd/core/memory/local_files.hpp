#pragma once

#include <millrace/base/mutex.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace millrace {
class FileSystem;
}

namespace millrace::core {

class ProcessDirectory;

/// A file that is removed when nobody holds it any more.
class LocalFile {
 public:
  LocalFile(std::shared_ptr<FileSystem> files, std::shared_ptr<const ProcessDirectory> directory,
            std::string path);
  ~LocalFile();
  LocalFile(const LocalFile&) = delete;
  LocalFile& operator=(const LocalFile&) = delete;

  FileSystem& files() const { return *files_; }
  const std::string& path() const { return path_; }

 private:
  const std::shared_ptr<FileSystem> files_;
  const std::shared_ptr<const ProcessDirectory> directory_;
  const std::string path_;
};
using LocalFilePtr = std::shared_ptr<const LocalFile>;

/// Where an engine puts what memory has no room for: a directory of its own below spark.local.dir, made when the first file
/// is, and gone with the last. Thread-safe.
class LocalFiles {
 public:
  LocalFiles(std::shared_ptr<FileSystem> files, std::string parent);
  ~LocalFiles();

  /// A name for a new file, of which `what` is part. SparkException where the directory cannot be made.
  LocalFilePtr create(const std::string& what);

 private:
  const std::shared_ptr<FileSystem> files_;
  const std::string parent_;
  Mutex mutex_;
  std::shared_ptr<const ProcessDirectory> directory_ MILLRACE_GUARDED_BY(mutex_);
  std::uint64_t created_ MILLRACE_GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace::core
