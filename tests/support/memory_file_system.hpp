#pragma once

#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>

namespace millrace::test {

/// Files in memory, with what a power cut leaves of them: what was synced of a file, and the names that a directory had when
/// something was last renamed into it. One directory level holds files; directories themselves are always there.
class MemoryFileSystem final : public FileSystem {
 public:
  /// What was not synced is gone.
  void cutPower() {
    std::lock_guard lock(mutex_);
    names_ = durableNames_;
    for (auto& [path, file] : names_) file->content = file->durable;
  }

  /// What was not synced is partly there: of each file any part of what was added, with holes of zeros, and any of the names
  /// that came or went.
  void cutPower(std::mt19937_64& random) {
    std::lock_guard lock(mutex_);
    auto kept = durableNames_;
    for (const auto& [path, file] : names_)
      if (random() % 2 == 0) kept[path] = file;
    for (const auto& [path, file] : durableNames_)
      if (!names_.contains(path) && random() % 2 == 0) kept.erase(path);
    names_ = std::move(kept);
    for (auto& [path, file] : names_) tear(*file, random);
    durableNames_ = names_;
  }

  std::uint64_t bytes() const {
    std::lock_guard lock(mutex_);
    return total();
  }
  /// The most bytes that there were at a time.
  std::uint64_t mostBytes() const {
    std::lock_guard lock(mutex_);
    return most_;
  }
  /// How often a file was synced.
  int syncs() const {
    std::lock_guard lock(mutex_);
    return syncs_;
  }
  /// Makes this the content of a file, as if it had always been there.
  void put(const std::string& path, const std::string& content) {
    std::lock_guard lock(mutex_);
    auto file = std::make_shared<File>();
    file->content = file->durable = content;
    names_[path] = durableNames_[path] = file;
  }

  void createDirectories(const std::string&) override {}
  std::unique_ptr<WritableFile> openForWriting(const std::string& path) override {
    std::lock_guard lock(mutex_);
    auto& file = names_[path];
    if (!file) file = std::make_shared<File>();
    file->content.clear();
    return std::make_unique<Writer>(*this, file);
  }
  std::unique_ptr<WritableFile> openPrivate(const std::string& path) override { return openForWriting(path); }
  void rename(const std::string& from, const std::string& to) override {
    std::lock_guard lock(mutex_);
    const auto file = find("rename", from);
    names_[to] = file;
    names_.erase(from);
    const std::string directory = parent(to);
    std::erase_if(durableNames_, [&](const auto& name) { return parent(name.first) == directory; });
    for (const auto& name : names_)
      if (parent(name.first) == directory) durableNames_.insert(name);
  }
  std::unique_ptr<FileLock> tryLock(const std::string& path) override {
    std::lock_guard lock(mutex_);
    auto& file = names_[path];
    if (!file) file = std::make_shared<File>();
    if (std::exchange(file->locked, true)) return nullptr;
    return std::make_unique<Lock>(*this, file);
  }
  bool remove(const std::string& path) override {
    std::lock_guard lock(mutex_);
    return std::erase_if(names_, [&](const auto& name) {
             return name.first == path || name.first.starts_with(path + "/");
           }) > 0;
  }
  bool exists(const std::string& path) const override {
    std::lock_guard lock(mutex_);
    return names_.contains(path);
  }
  bool isDirectory(const std::string& path) const override { return !exists(path); }
  std::vector<std::string> list(const std::string& path) const override {
    std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, file] : names_)
      if (parent(name) == path) names.push_back(name.substr(path.size() + 1));
    return names;
  }
  std::vector<FileStatus> listStatus(const std::string& path) const override {
    std::vector<FileStatus> found;
    for (const std::string& name : list(path)) found.push_back(*status(path + "/" + name));
    return found;
  }
  std::optional<FileStatus> status(const std::string& path) const override {
    std::lock_guard lock(mutex_);
    const auto found = names_.find(path);
    if (found == names_.end()) return std::nullopt;
    FileStatus status;
    status.name = path.substr(parent(path).size() + 1);
    status.kind = FileStatus::Kind::kFile;
    status.size = found->second->content.size();
    return status;
  }
  std::unique_ptr<ReadableFile> openForReading(const std::string& path) const override {
    std::lock_guard lock(mutex_);
    const auto file = find("open", path);
    return std::make_unique<Reader>(*this, file, file->content.size());
  }
  std::string read(const std::string& path) const override {
    std::lock_guard lock(mutex_);
    return find("open", path)->content;
  }

 private:
  struct File {
    std::string content;
    std::string durable;
    bool locked = false;
  };
  using FilePtr = std::shared_ptr<File>;

  class Writer final : public WritableFile {
   public:
    Writer(MemoryFileSystem& system, FilePtr file) : system_(system), file_(std::move(file)) {}
    void write(std::string_view bytes) override {
      std::lock_guard lock(system_.mutex_);
      file_->content.append(bytes);
      system_.most_ = std::max(system_.most_, system_.total());
    }
    void sync() override {
      std::lock_guard lock(system_.mutex_);
      file_->durable = file_->content;
      ++system_.syncs_;
    }
    void close() override {}

   private:
    MemoryFileSystem& system_;
    const FilePtr file_;
  };

  class Reader final : public ReadableFile {
   public:
    Reader(const MemoryFileSystem& system, FilePtr file, std::uint64_t size)
        : system_(system), file_(std::move(file)), size_(size) {}
    std::size_t readAt(std::uint64_t offset, std::span<char> into) const override {
      std::lock_guard lock(system_.mutex_);
      if (offset >= file_->content.size()) return 0;
      const std::size_t length = std::min<std::size_t>(into.size(), file_->content.size() - offset);
      std::memcpy(into.data(), file_->content.data() + offset, length);
      return length;
    }
    std::uint64_t size() const override { return size_; }

   private:
    const MemoryFileSystem& system_;
    const FilePtr file_;
    const std::uint64_t size_;
  };

  class Lock final : public FileLock {
   public:
    Lock(MemoryFileSystem& system, FilePtr file) : system_(system), file_(std::move(file)) {}
    ~Lock() override {
      std::lock_guard lock(system_.mutex_);
      file_->locked = false;
    }

   private:
    MemoryFileSystem& system_;
    const FilePtr file_;
  };

  static std::string parent(const std::string& path) { return path.substr(0, path.rfind('/')); }

  static void tear(File& file, std::mt19937_64& random) {
    if (file.content.starts_with(file.durable)) {
      const std::size_t added = file.content.size() - file.durable.size();
      file.content.resize(file.durable.size() + random() % (added + 1));
      const std::size_t left = file.content.size() - file.durable.size();
      if (left > 0 && random() % 2 == 0) {
        const std::size_t from = file.durable.size() + random() % left;
        std::fill_n(file.content.begin() + static_cast<std::ptrdiff_t>(from),
                    1 + random() % (file.content.size() - from), '\0');
      }
    } else {
      file.content = file.durable;
    }
    file.durable = file.content;
  }

  FilePtr find(const char* action, const std::string& path) const {
    const auto found = names_.find(path);
    if (found == names_.end())
      throw SparkException(std::string("cannot ") + action + " " + path + ": No such file or directory");
    return found->second;
  }

  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& [path, file] : names_) sum += file->content.size();
    return sum;
  }

  mutable std::mutex mutex_;
  std::map<std::string, FilePtr> names_;
  std::map<std::string, FilePtr> durableNames_;
  std::uint64_t most_ = 0;
  int syncs_ = 0;
};

}  // namespace millrace::test
