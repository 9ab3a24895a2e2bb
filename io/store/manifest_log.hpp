#pragma once

#include <millrace/io/store/directory_lock.hpp>
#include <millrace/io/store/manifest.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {

/// The manifest of a directory that this process writes. One thread at a time.
///
/// It begins with a file of its own, so that no other process ever appends to it, and begins another one when it has grown
/// and after each failure: what a failed write has left is never touched again.
class ManifestLog {
 public:
  /// Goes on from the newest manifest of the directory. What dead attempts have left there is removed with the first change:
  /// until then the caller has seen whether the versions are there that it knows of.
  ManifestLog(FileSystem& files, const DirectoryLock& lock);

  const Manifest& manifest() const { return manifest_; }
  /// A name that no file of the directory has had.
  FileId newFile() { return {lock_.token(), ++lastNumber_}; }
  /// Returns when the change would survive a power cut and the directory was still this process's own after that. Where it
  /// throws, nothing has changed here, but the next owner may find the change made.
  ///
  /// Files that the manifest does not name any more are removed when the record after that is durable: the last record of a
  /// manifest may be lost, and then the one before it counts again.
  void append(const ManifestEdit& edit);

 private:
  void write(const ManifestEdit& edit, const Manifest& changed);
  void beginFile(const Manifest& manifest);
  void removedBy(const Manifest& before, const Manifest& after);
  void findLeftovers();

  FileSystem& files_;
  const DirectoryLock& lock_;
  Manifest manifest_;
  std::uint64_t lastNumber_ = 0;
  std::unique_ptr<FrameWriter> file_;  // null after a failure
  std::string fileName_;
  std::uint64_t firstRecord_ = 0;  // bytes
  std::vector<std::string> old_;   // what no record needs but the last but one
};

}  // namespace millrace::core
