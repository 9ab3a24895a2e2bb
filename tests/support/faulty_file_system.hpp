#pragma once

#include <millrace/base/directory_watch.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace millrace::test {

/// A file system that does what another one does, until it fails on request.
class FaultyFileSystem final : public FileSystem {
 public:
  explicit FaultyFileSystem(FileSystem& inner) : inner_(inner) {}

  /// Lets the n-th call from now (1 is the next) fail, once. Every method counts but size(), those of open
  /// files, too.
  void failCall(int n) {
    std::lock_guard lock(mutex_);
    failing_ = calls_ + n;
  }

  /// Lets the n-th call from now and all after it fail, as if the process had died there.
  void failFrom(int n) {
    std::lock_guard lock(mutex_);
    allFailFrom_ = calls_ + n;
  }

  /// Lets all calls from now on fail that concern such a path.
  void failWhere(std::function<bool(const std::string& path)> isSuch) {
    std::lock_guard lock(mutex_);
    fails_ = std::move(isSuch);
  }

  /// Lets something happen before the n-th call from now, once; what that calls itself counts too.
  void beforeCall(int n, std::function<void()> what) {
    std::lock_guard lock(mutex_);
    hooked_ = calls_ + n;
    hook_ = std::move(what);
  }

  /// Lets no more than this many further bytes be written: the write that passes them keeps what fits and
  /// fails, and so do all after it.
  void fullAfter(std::int64_t bytes) {
    std::lock_guard lock(mutex_);
    room_ = bytes;
  }

  /// How many calls there were: with it a test can fail each of them in turn.
  int calls() const {
    std::lock_guard lock(mutex_);
    return calls_;
  }

  void createDirectories(const std::string& path) override {
    count("create directory", path);
    inner_.createDirectories(path);
  }
  std::unique_ptr<WritableFile> openForWriting(const std::string& path) override {
    count("create", path);
    return std::make_unique<File>(*this, path, inner_.openForWriting(path));
  }
  std::unique_ptr<WritableFile> openPrivate(const std::string& path) override {
    count("create", path);
    return std::make_unique<File>(*this, path, inner_.openPrivate(path));
  }
  void rename(const std::string& from, const std::string& to) override {
    count("rename", from);
    inner_.rename(from, to);
  }
  std::unique_ptr<FileLock> tryLock(const std::string& path) override {
    count("lock", path);
    return inner_.tryLock(path);
  }
  bool remove(const std::string& path) override {
    count("remove", path);
    return inner_.remove(path);
  }
  bool exists(const std::string& path) const override {
    count("look for", path);
    return inner_.exists(path);
  }
  bool isDirectory(const std::string& path) const override {
    count("look for", path);
    return inner_.isDirectory(path);
  }
  std::vector<std::string> list(const std::string& path) const override {
    count("list", path);
    return inner_.list(path);
  }
  std::vector<FileStatus> listStatus(const std::string& path) const override {
    count("list", path);
    return inner_.listStatus(path);
  }
  std::optional<FileStatus> status(const std::string& path) const override {
    count("look at", path);
    return inner_.status(path);
  }
  std::unique_ptr<ReadableFile> openForReading(const std::string& path) const override {
    count("open", path);
    return std::make_unique<OpenFile>(*this, path, inner_.openForReading(path));
  }
  std::string read(const std::string& path) const override {
    count("read", path);
    return inner_.read(path);
  }
  std::unique_ptr<DirectoryWatch> watchDirectories() const override { return inner_.watchDirectories(); }

 private:
  class File final : public WritableFile {
   public:
    File(FaultyFileSystem& system, std::string path, std::unique_ptr<WritableFile> inner)
        : system_(system), path_(std::move(path)), inner_(std::move(inner)) {}

    void write(std::string_view bytes) override {
      system_.count("write", path_);
      const std::string_view fitting = bytes.substr(0, system_.take(bytes.size()));
      inner_->write(fitting);
      if (fitting.size() < bytes.size())
        throw SparkException("cannot write " + path_ + ": No space left on device");
    }
    void sync() override {
      system_.count("sync", path_);
      inner_->sync();
    }
    void close() override {
      system_.count("close", path_);
      inner_->close();
    }

   private:
    FaultyFileSystem& system_;
    const std::string path_;
    const std::unique_ptr<WritableFile> inner_;
  };

  class OpenFile final : public ReadableFile {
   public:
    OpenFile(const FaultyFileSystem& system, std::string path, std::unique_ptr<ReadableFile> inner)
        : system_(system), path_(std::move(path)), inner_(std::move(inner)) {}

    std::size_t readAt(std::uint64_t offset, std::span<char> into) const override {
      system_.count("read", path_);
      return inner_->readAt(offset, into);
    }
    std::uint64_t size() const override { return inner_->size(); }

   private:
    const FaultyFileSystem& system_;
    const std::string path_;
    const std::unique_ptr<ReadableFile> inner_;
  };

  void count(const char* action, const std::string& path) const {
    std::unique_lock lock(mutex_);
    if (calls_ + 1 == hooked_) {
      hooked_ = 0;
      lock.unlock();
      hook_();
      lock.lock();
    }
    if (++calls_ == failing_ || calls_ >= allFailFrom_ || (fails_ && fails_(path)))
      throw SparkException(std::string("cannot ") + action + " " + path + ": Input/output error");
  }

  std::size_t take(std::size_t bytes) {
    std::lock_guard lock(mutex_);
    const std::int64_t taken = std::min(static_cast<std::int64_t>(bytes), room_);
    room_ -= taken;
    return static_cast<std::size_t>(taken);
  }

  FileSystem& inner_;
  mutable std::mutex mutex_;
  mutable int calls_ = 0;
  mutable int hooked_ = 0;
  std::function<void()> hook_;
  int failing_ = 0;
  std::function<bool(const std::string&)> fails_;
  int allFailFrom_ = std::numeric_limits<int>::max();
  std::int64_t room_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace millrace::test
