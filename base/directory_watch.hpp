#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace millrace {

/// Tells which names have been moved into directories, soon after. A file that is moved in is there as a whole, which cannot be
/// said of one that is created. It may miss some (too many came at once, another machine moved them), so whoever must know all
/// lists the directories from time to time.
class DirectoryWatch {
 public:
  virtual ~DirectoryWatch();

  /// Watches these directories from now on, and no others any more. Those that cannot be watched are left out. To be called
  /// again from time to time: a directory that is replaced by another one of its name is not watched any more. Any thread.
  virtual void watch(const std::vector<std::string>& directories) = 0;
  /// Waits for the next name that is moved in: its path, which begins with its directory as it was given to watch. Nothing once
  /// a stop is requested. One thread at a time.
  virtual std::optional<std::string> next(const std::stop_token& stop) = 0;
};

}  // namespace millrace
