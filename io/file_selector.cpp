#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/io/file_selector.hpp>
#include <millrace/io/input_files.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace millrace::core {

namespace {

constexpr std::string_view kLeftOut = "a file stream leaves out a file or directory";

std::string problemOf(const FileStatus& file) {
  switch (file.kind) {
    case FileStatus::Kind::kFile:
      return {};
    case FileStatus::Kind::kDirectory:
      return "it is a directory: a file stream reads what lies directly in its own";
    case FileStatus::Kind::kOther:
      break;
  }
  return file.failure.empty() ? "it is no regular file" : file.failure;
}

}  // namespace

FileSelector::FileSelector(const FileSystem& files, std::string directories, FileFilter filter,
                           std::unique_ptr<FileSelectionRule> rule)
    : files_(files),
      directories_(std::move(directories)),
      filter_(std::move(filter)),
      rule_(std::move(rule)) {}

std::vector<std::string> FileSelector::select(std::int64_t time) {
  std::vector<std::string> selected;
  rule_->beginScan(time);
  for (const std::string& directory : directories()) scan(directory, selected);
  rule_->endScan();
  told_ = std::exchange(telling_, {});
  return selected;
}

bool FileSelector::selectMoved(std::int64_t time, const std::string& path) {
  if (!filter_(path)) return false;
  const auto file = files_.status(path);
  return file && problemOf(*file).empty() && rule_->takesMoved(time, path, *file);
}

std::vector<std::string> FileSelector::directories() {
  try {
    std::vector<std::string> found = matchingPaths(files_, directories_);
    if (found.empty()) tell(directories_, "there is no such directory: make it, or check the spelling");
    return found;
  } catch (const SparkException& failure) {
    tell(directories_, failure.what());
    return {};
  }
}

void FileSelector::scan(const std::string& directory, std::vector<std::string>& selected) {
  std::vector<FileStatus> listed;
  try {
    listed = files_.listStatus(directory);
  } catch (const SparkException& failure) {
    tell(directory, failure.what());
    return;
  }
  const auto first = static_cast<std::ptrdiff_t>(selected.size());
  const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
  for (const FileStatus& file : listed) {
    const std::string path = prefix + file.name;
    if (!filter_(path)) continue;
    if (const std::string problem = problemOf(file); !problem.empty()) {
      tell(path, problem);
    } else if (auto skip = rule_->skip(path, file)) {
      if (skip->isNews) {
        tell(path, skip->reason);
      } else if (!skip->reason.empty()) {
        logDebug(kLeftOut, {{"path", path}, {"reason", skip->reason}});
      }
    } else {
      selected.push_back(path);
    }
  }
  std::sort(selected.begin() + first, selected.end());
}

void FileSelector::tell(const std::string& path, const std::string& reason) {
  const auto before = told_.find(path);
  if (before == told_.end() || before->second != reason)
    logWarning(kLeftOut, {{"path", path}, {"reason", reason}});
  telling_.insert_or_assign(path, reason);
}

}  // namespace millrace::core
