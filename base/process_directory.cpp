#include <millrace/base/error.hpp>
#include <millrace/base/file_lock.hpp>
#include <millrace/base/process_directory.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <random>
#include <system_error>

namespace millrace::core {

namespace {

constexpr const char* kPrefix = "millrace-";
constexpr const char* kLock = ".lock";

[[noreturn]] void fail(const std::string& path, int error) {
  throw SparkException("cannot make the directory " + path + " for temporary files: " +
                       std::generic_category().message(error) + "; set spark.local.dir to another place");
}

void removeLocked(const std::string& path, int lock) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  if (!ignored) ::unlink((path + kLock).c_str());
  ::close(lock);
}

}  // namespace

ProcessDirectory::ProcessDirectory(const std::string& parent) {
  std::error_code reason;
  std::filesystem::create_directories(parent, reason);
  if (reason) fail(parent, reason.value());
  std::random_device random;
  do {
    path_ = parent + "/" + kPrefix + std::to_string(::getpid()) + "-" + std::to_string(random());
    lock_ = tryLockFile(path_ + kLock, O_CREAT | O_EXCL);
    if (lock_ < 0 && errno != EEXIST && errno != EWOULDBLOCK) fail(path_, errno);
  } while (lock_ < 0);
  if (::mkdir(path_.c_str(), 0700) != 0) {
    const int error = errno;
    removeLocked(path_, lock_);
    fail(path_, error);
  }
}

ProcessDirectory::~ProcessDirectory() { removeLocked(path_, lock_); }

void ProcessDirectory::removeAbandoned(const std::string& parent) {
  std::error_code failed;
  for (std::filesystem::directory_iterator at(parent, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kLock)) continue;
    const std::string path = at->path().string();
    const int lock = tryLockFile(path, 0);
    if (lock >= 0) removeLocked(path.substr(0, path.size() - std::string_view(kLock).size()), lock);
  }
}

}  // namespace millrace::core
