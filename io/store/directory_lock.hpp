#pragma once

#include <millrace/base/file_system.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace millrace::core {

/// Makes one process the only one that writes into a directory, as long as this lives.
///
/// The kernel's lock keeps others out and goes with the process. Where it fails to (the lock file was removed, the file system
/// forgot the lock of a machine that was paused), the token does: everyone who takes the directory over has a larger one, and
/// the file that names the owner before is gone from then on. So whoever checks, after a write is durable, that the directory
/// is still its own knows that the next owner has seen this write.
class DirectoryLock {
 public:
  /// Makes the directory where it is missing. SparkException at once, naming host and process of the owner, if there is one.
  DirectoryLock(FileSystem& files, std::string directory);
  /// Gives the directory back.
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  /// Larger than that of every owner before.
  std::uint64_t token() const { return token_; }
  /// SparkException, naming the new owner, if another process has taken the directory over.
  void require() const;
  const std::string& directory() const { return directory_; }

 private:
  std::string owner() const;

  FileSystem& files_;
  const std::string directory_;
  std::unique_ptr<FileLock> lock_;
  std::uint64_t token_ = 0;
  std::string ownerFile_;
};

}  // namespace millrace::core
