#pragma once

#include <string>

namespace millrace::core {

/// A directory that belongs to this process as long as the object lives: only its user may read it, and it goes with all it
/// holds when the object goes. A process that is killed leaves its own behind; the next one that looks removes it, which it
/// may as soon as nobody holds the lock beside it.
class ProcessDirectory {
 public:
  /// Makes one below `parent`, which is made too where it is missing. SparkException naming what cannot be made.
  explicit ProcessDirectory(const std::string& parent);
  ~ProcessDirectory();
  ProcessDirectory(const ProcessDirectory&) = delete;
  ProcessDirectory& operator=(const ProcessDirectory&) = delete;

  const std::string& path() const { return path_; }

  /// Removes those below `parent` whose processes have ended. What cannot be removed stays: it may be somebody else's.
  static void removeAbandoned(const std::string& parent);

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace millrace::core
