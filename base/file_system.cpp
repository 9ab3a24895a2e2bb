#include <millrace/base/file_system.hpp>

#include <millrace/base/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace millrace {

namespace {

[[noreturn]] void fail(const char* action, const std::string& path, const std::error_code& reason) {
  throw SparkException(std::string("cannot ") + action + " " + path + ": " + reason.message());
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
  Descriptor(const char* action, const std::string& path, int flags)
      : number_(retried(action, path, [&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); })) {}
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
  explicit LocalFile(const std::string& path)
      : path_(path), file_("create", path, O_WRONLY | O_CREAT | O_TRUNC) {}

  void write(std::string_view bytes) override {
    requireOpen();
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

std::string parentOf(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

void LocalFileSystem::createDirectories(const std::string& path) {
  std::error_code reason;
  std::filesystem::create_directories(path, reason);
  check("create directory", path, reason);
}

std::unique_ptr<WritableFile> LocalFileSystem::openForWriting(const std::string& path) {
  return std::make_unique<LocalFile>(path);
}

void LocalFileSystem::rename(const std::string& from, const std::string& to) {
  std::error_code reason;
  std::filesystem::rename(from, to, reason);
  check("rename", from + " to " + to, reason);
  const std::string directory = parentOf(to);
  const Descriptor parent("open", directory, O_RDONLY | O_DIRECTORY);
  retried("sync", directory, [&] { return ::fsync(parent.number()); });
}

bool LocalFileSystem::remove(const std::string& path) {
  std::error_code reason;
  const auto removed = std::filesystem::remove_all(path, reason);
  check("remove", path, reason);
  return removed > 0;
}

bool LocalFileSystem::exists(const std::string& path) const {
  std::error_code reason;
  const bool found = std::filesystem::exists(path, reason);
  check("look for", path, reason);
  return found;
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

}  // namespace millrace
