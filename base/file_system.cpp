#include <millrace/base/file_system.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/file_lock.hpp>
#include <millrace/base/file_not_found.hpp>
#include <millrace/base/inotify_watch.hpp>
#include <millrace/base/write_signals.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace millrace {

namespace {

[[noreturn]] void fail(const char* action, const std::string& path, const std::error_code& reason) {
  const std::string message = std::string("cannot ") + action + " " + path + ": " + reason.message();
  if (reason == std::errc::no_such_file_or_directory || reason == std::errc::not_a_directory)
    throw FileNotFound(path, message);
  throw SparkException(message);
}

void check(const char* action, const std::string& path, const std::error_code& reason) {
  if (reason) fail(action, path, reason);
}

// Calls `call` until no signal interrupts it.
template <class Call>
auto retried(const char* action, const std::string& path, Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0) return result;
    if (errno != EINTR) fail(action, path, {errno, std::generic_category()});
  }
}

class Descriptor {
 public:
  Descriptor(const char* action, const std::string& path, int flags, mode_t mode = 0666)
      : number_(retried(action, path, [&] { return ::open(path.c_str(), flags | O_CLOEXEC, mode); })) {}
  ~Descriptor() {
    if (isOpen()) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool isOpen() const { return number_ >= 0; }
  // The number is free again whatever the result.
  int close() { return ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

class LocalFile final : public WritableFile {
 public:
  LocalFile(const std::string& path, mode_t mode)
      : path_(path), file_("create", path, O_WRONLY | O_CREAT | O_TRUNC, mode) {}

  void write(std::string_view bytes) override {
    requireOpen();
    const core::WithoutWriteSignals held;
    while (!bytes.empty()) {
      const auto written =
          retried("write", path_, [&] { return ::write(file_.number(), bytes.data(), bytes.size()); });
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void sync() override {
    requireOpen();
    retried("sync", path_, [&] { return ::fsync(file_.number()); });
  }

  void close() override {
    requireOpen();
    if (file_.close() < 0 && errno != EINTR) fail("close", path_, {errno, std::generic_category()});
  }

 private:
  void requireOpen() const {
    if (!file_.isOpen()) throw IllegalState(path_ + " is closed; open it again");
  }

  const std::string path_;
  Descriptor file_;
};

class LocalReadableFile final : public ReadableFile {
 public:
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  explicit LocalReadableFile(const std::string& path)
      : path_(path), file_("open", path, O_RDONLY | O_NONBLOCK), size_(sizeOf(file_, path)) {}

  std::size_t readAt(std::uint64_t offset, std::span<char> into) const override {
    std::size_t filled = 0;
    while (filled < into.size()) {
      const auto length = retried("read", path_, [&] {
        return ::pread(file_.number(), into.data() + filled, into.size() - filled,
                       static_cast<off_t>(offset + filled));
      });
      if (length == 0) break;
      filled += static_cast<std::size_t>(length);
    }
    return filled;
  }

  std::uint64_t size() const override { return size_; }

 private:
  static std::uint64_t sizeOf(const Descriptor& file, const std::string& path) {
    struct stat status;
    retried("look at", path, [&] { return ::fstat(file.number(), &status); });
    if (!S_ISREG(status.st_mode)) throw SparkException("cannot open " + path + ": not a regular file");
    return static_cast<std::uint64_t>(status.st_size);
  }

  const std::string path_;
  const Descriptor file_;
  const std::uint64_t size_;
};

class LocalLock final : public FileLock {
 public:
  explicit LocalLock(int descriptor) : descriptor_(descriptor) {}
  ~LocalLock() override { ::close(descriptor_); }
  LocalLock(const LocalLock&) = delete;
  LocalLock& operator=(const LocalLock&) = delete;

 private:
  const int descriptor_;
};

std::filesystem::file_type typeOf(const std::string& path) {
  std::error_code reason;
  const auto status = std::filesystem::status(path, reason);
  if (reason == std::errc::filename_too_long) return std::filesystem::file_type::not_found;
  if (!std::filesystem::status_known(status)) fail("look for", path, reason);
  return status.type();
}

std::int64_t nanosecondsOf(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Of a name in an open directory; nothing if there is no such name any more.
std::optional<FileStatus> statusOf(int directory, const char* name) {
  FileStatus result;
  result.name = name;
  struct stat status;
  if (::fstatat(directory, name, &status, 0) != 0) {
    const int reason = errno;
    const bool isLink = ::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (reason == ENOENT && !isLink) return std::nullopt;
    result.failure = std::generic_category().message(reason);
    return result;
  }
  if (S_ISREG(status.st_mode)) result.kind = FileStatus::Kind::kFile;
  if (S_ISDIR(status.st_mode)) result.kind = FileStatus::Kind::kDirectory;
  result.size = static_cast<std::uint64_t>(status.st_size);
  result.modified = nanosecondsOf(status.st_mtim) / 1'000'000;
  result.changed = nanosecondsOf(status.st_ctim);
  result.inode = status.st_ino;
  return result;
}

std::string parentOf(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

std::unique_ptr<DirectoryWatch> FileSystem::watchDirectories() const { return nullptr; }

void LocalFileSystem::createDirectories(const std::string& path) {
  std::error_code reason;
  std::filesystem::create_directories(path, reason);
  check("create directory", path, reason);
}

std::unique_ptr<WritableFile> LocalFileSystem::openForWriting(const std::string& path) {
  return std::make_unique<LocalFile>(path, 0666);
}

std::unique_ptr<WritableFile> LocalFileSystem::openPrivate(const std::string& path) {
  return std::make_unique<LocalFile>(path, 0600);
}

void LocalFileSystem::rename(const std::string& from, const std::string& to) {
  std::error_code reason;
  std::filesystem::rename(from, to, reason);
  check("rename", from + " to " + to, reason);
  const std::string directory = parentOf(to);
  const Descriptor parent("open", directory, O_RDONLY | O_DIRECTORY);
  retried("sync", directory, [&] { return ::fsync(parent.number()); });
}

std::unique_ptr<FileLock> LocalFileSystem::tryLock(const std::string& path) {
  const int descriptor = core::tryLockFile(path, O_CREAT);
  if (descriptor >= 0) return std::make_unique<LocalLock>(descriptor);
  if (errno == EWOULDBLOCK) return nullptr;
  fail("lock", path, {errno, std::generic_category()});
}

bool LocalFileSystem::remove(const std::string& path) {
  std::error_code reason;
  const auto removed = std::filesystem::remove_all(path, reason);
  if (reason == std::errc::not_a_directory) return false;
  check("remove", path, reason);
  return removed > 0;
}

bool LocalFileSystem::exists(const std::string& path) const {
  return typeOf(path) != std::filesystem::file_type::not_found;
}

bool LocalFileSystem::isDirectory(const std::string& path) const {
  return typeOf(path) == std::filesystem::file_type::directory;
}

std::vector<std::string> LocalFileSystem::list(const std::string& path) const {
  std::vector<std::string> names;
  std::error_code reason;
  for (std::filesystem::directory_iterator entry(path, reason), end; !reason && entry != end;
       entry.increment(reason)) {
    names.push_back(entry->path().filename().string());
  }
  check("list", path, reason);
  std::ranges::sort(names);
  return names;
}

std::vector<FileStatus> LocalFileSystem::listStatus(const std::string& path) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (directory == nullptr) fail("list", path, {errno, std::generic_category()});
  std::vector<FileStatus> found;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (auto status = statusOf(::dirfd(directory.get()), entry->d_name)) found.push_back(std::move(*status));
  }
  check("list", path, {errno, std::generic_category()});
  return found;
}

std::optional<FileStatus> LocalFileSystem::status(const std::string& path) const {
  auto status = statusOf(AT_FDCWD, path.c_str());
  if (status) status->name = std::filesystem::path(path).filename().string();
  return status;
}

std::unique_ptr<ReadableFile> LocalFileSystem::openForReading(const std::string& path) const {
  return std::make_unique<LocalReadableFile>(path);
}

std::string LocalFileSystem::read(const std::string& path) const {
  const Descriptor file("open", path, O_RDONLY);
  std::string content;
  std::array<char, 64 * 1024> part;
  for (;;) {
    const auto length =
        retried("read", path, [&] { return ::read(file.number(), part.data(), part.size()); });
    if (length == 0) return content;
    content.append(part.data(), static_cast<std::size_t>(length));
  }
}

std::unique_ptr<DirectoryWatch> LocalFileSystem::watchDirectories() const { return core::inotifyWatch(); }

}  // namespace millrace
