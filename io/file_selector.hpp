#pragma once

#include <millrace/base/file_system.hpp>
#include <millrace/io/file_filter.hpp>
#include <millrace/io/file_selection_rule.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace millrace::core {

/// Finds the files that the batches of a file stream have to read: those that lie directly in its directories, which the
/// filter lets pass and the rule takes. What goes wrong (a directory that is missing or cannot be read, a name that is no
/// file) is logged, once as long as it lasts, and left out. One thread at a time.
class FileSelector {
 public:
  /// `directories` is a path or a glob. `files` must outlive it.
  FileSelector(const FileSystem& files, std::string directories, FileFilter filter,
               std::unique_ptr<FileSelectionRule> rule);

  /// The files that the batch of `time`, in ms, has to read, ordered by directory and name. Called with rising times.
  std::vector<std::string> select(std::int64_t time);
  /// Whether a batch of `time` reads a file that was just moved in, without looking at any other; `select` passes it by
  /// then. Says nothing of files that it passes by: `select` finds them, too.
  bool selectMoved(std::int64_t time, const std::string& path);
  /// Its rule, for who keeps what it remembers.
  FileSelectionRule& rule() { return *rule_; }
  /// The directories that there are now.
  std::vector<std::string> directories();

 private:
  void scan(const std::string& directory, std::vector<std::string>& selected);
  /// Logs why a path is left out, unless the scan before this one has had that reason, too.
  void tell(const std::string& path, const std::string& reason);

  const FileSystem& files_;
  const std::string directories_;
  const FileFilter filter_;
  const std::unique_ptr<FileSelectionRule> rule_;
  std::map<std::string, std::string> told_;  // path to reason, of the last scan
  std::map<std::string, std::string> telling_;
};

}  // namespace millrace::core
