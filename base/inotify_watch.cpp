#include <millrace/base/inotify_watch.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/mutex.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <system_error>
#include <utility>

namespace millrace::core {

namespace {

class InotifyWatch final : public DirectoryWatch {
 public:
  /// Takes the descriptors over.
  InotifyWatch(int inotify, int wake, std::size_t most) : inotify_(inotify), wake_(wake), most_(most) {}
  ~InotifyWatch() override {
    ::close(inotify_);
    ::close(wake_);
  }
  InotifyWatch(const InotifyWatch&) = delete;
  InotifyWatch& operator=(const InotifyWatch&) = delete;

  void watch(const std::vector<std::string>& directories) override {
    MutexLock lock(mutex_);
    std::map<int, std::string> watched;
    for (const std::string& directory : directories) {
      if (watched.size() == most_) break;
      const int number = ::inotify_add_watch(inotify_, directory.c_str(), IN_MOVED_TO | IN_ONLYDIR);
      if (number >= 0) watched.emplace(number, directory);
    }
    for (const auto& [number, directory] : watched_)
      if (!watched.contains(number)) ::inotify_rm_watch(inotify_, number);
    watched_ = std::move(watched);
  }

  std::optional<std::string> next(const std::stop_token& stop) override {
    eventfd_t wakes;
    ::eventfd_read(wake_, &wakes);
    const std::stop_callback wake(stop, [this] { ::eventfd_write(wake_, 1); });
    while (!stop.stop_requested()) {
      if (found_.empty()) readEvents();
      if (found_.empty()) {
        awaitEvents();
        continue;
      }
      std::string path = std::move(found_.front());
      found_.pop_front();
      return path;
    }
    return std::nullopt;
  }

 private:
  void awaitEvents() const {
    std::array<pollfd, 2> waited{pollfd{inotify_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
    ::poll(waited.data(), waited.size(), -1);
  }

  void readEvents() {
    const ssize_t size = ::read(inotify_, room_.data(), room_.size());
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, room_.data() + at, sizeof event);
      if (event.len > 0 && (event.mask & IN_MOVED_TO) != 0) add(event.wd, room_.data() + at + sizeof event);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }

  void add(int number, const char* name) {
    MutexLock lock(mutex_);
    const auto directory = watched_.find(number);
    if (directory == watched_.end()) return;
    const std::string& path = directory->second;
    found_.push_back(path.ends_with('/') ? path + name : path + "/" + name);
  }

  const int inotify_;
  const int wake_;
  const std::size_t most_;
  std::array<char, std::size_t{64} << 10> room_;
  std::deque<std::string> found_;
  Mutex mutex_;
  std::map<int, std::string> watched_ MILLRACE_GUARDED_BY(mutex_);
};

std::unique_ptr<DirectoryWatch> without() {
  logInfo("inotify is not to be had: new files are found by listing their directories only",
          {{"reason", std::generic_category().message(errno)}});
  return nullptr;
}

}  // namespace

std::unique_ptr<DirectoryWatch> inotifyWatch(std::size_t most) {
  const int inotify = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify < 0) return without();
  const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    auto none = without();
    ::close(inotify);
    return none;
  }
  return std::make_unique<InotifyWatch>(inotify, wake, most);
}

}  // namespace millrace::core
