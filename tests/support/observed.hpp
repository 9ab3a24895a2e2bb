#pragma once

#include <millrace/base/log.hpp>

#include "support/failures.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::test {

inline constexpr std::chrono::seconds kPatience{30};

inline std::chrono::steady_clock::time_point soon() { return std::chrono::steady_clock::now() + kPatience; }
inline std::chrono::steady_clock::time_point atOnce() { return std::chrono::steady_clock::now(); }

/// What happened, in order, whichever thread told it: the place where tests wait.
class Happenings {
 public:
  void add(std::string what) {
    std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
    changed_.notify_all();
  }
  std::vector<std::string> all() const {
    std::lock_guard lock(mutex_);
    return all_;
  }
  /// All there are once there are `count`; throws after 30 s.
  std::vector<std::string> await(std::size_t count) const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [&] { return all_.size() >= count; }))
      throw std::runtime_error("30 s have passed; so far: " + testing::PrintToString(all_));
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> all_;
};

/// While it lives, lines of the log happen here instead of on stderr.
class ObservedLog : public Happenings {
 public:
  ObservedLog()
      : before_(exchangeLogSink([this](LogLevel, std::string_view line) { add(std::string(line)); })) {}
  ~ObservedLog() { exchangeLogSink(std::move(before_)); }
  ObservedLog(const ObservedLog&) = delete;
  ObservedLog& operator=(const ObservedLog&) = delete;

  /// The first line with this text in it; throws when none has come after 30 s.
  std::string awaitLine(std::string_view text) const {
    for (std::size_t seen = 0;; ++seen) {
      std::string line = await(seen + 1)[seen];
      if (line.find(text) != std::string::npos) return line;
    }
  }

 private:
  LogSink before_;
};

/// Where user code gets stuck until a test lets it go on. Shared with threads that may outlive the test.
class Gate {
 public:
  static std::shared_ptr<Gate> make() { return std::make_shared<Gate>(); }

  /// Waits until the gate is open; throws after 30 s.
  void pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    bool opened = changed_.wait_for(lock, kPatience, [&] { return open_; });
    ++left_;
    changed_.notify_all();
    if (!opened) throw std::runtime_error("nobody opened the gate for 30 s");
  }
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void awaitArrivals(int count) {
    await([&] { return arrived_ >= count; });
  }
  /// Opens, and returns when all who had come have left.
  void letGo() {
    open();
    await([&] { return left_ == arrived_; });
  }

 private:
  template <class Condition>
  void await(Condition condition) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, condition))
      throw std::runtime_error("30 s have passed at a gate");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
  int left_ = 0;
  bool open_ = false;
};

}  // namespace millrace::test
