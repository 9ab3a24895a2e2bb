#include <millrace/base/file_system.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/process_directory.hpp>
#include <millrace/rdd/core/memory/local_files.hpp>

#include <exception>
#include <utility>

namespace millrace::core {

LocalFile::LocalFile(std::shared_ptr<FileSystem> files, std::shared_ptr<const ProcessDirectory> directory,
                     std::string path)
    : files_(std::move(files)), directory_(std::move(directory)), path_(std::move(path)) {}

LocalFile::~LocalFile() {
  try {
    files_->remove(path_);
  } catch (const std::exception& error) {
    logWarning("a temporary file cannot be removed", {{"file", path_}, {"error", error.what()}});
  }
}

LocalFiles::LocalFiles(std::shared_ptr<FileSystem> files, std::string parent)
    : files_(std::move(files)), parent_(std::move(parent)) {}

LocalFiles::~LocalFiles() = default;

LocalFilePtr LocalFiles::create(const std::string& what) {
  MutexLock lock(mutex_);
  if (!directory_) directory_ = std::make_shared<const ProcessDirectory>(parent_);
  return std::make_shared<const LocalFile>(
      files_, directory_, directory_->path() + "/" + what + "-" + std::to_string(created_++));
}

}  // namespace millrace::core
