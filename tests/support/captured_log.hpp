#pragma once

#include <millrace/base/log.hpp>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

/// While it lives, lines of the log come here instead of to stderr.
class CapturedLog {
 public:
  CapturedLog()
      : before_(exchangeLogSink([this](LogLevel level, std::string_view line) {
          std::lock_guard lock(mutex_);
          entries_.emplace_back(level, line);
        })) {}
  ~CapturedLog() { exchangeLogSink(std::move(before_)); }

  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  std::vector<std::pair<LogLevel, std::string>> entries() const {
    std::lock_guard lock(mutex_);
    return entries_;
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    for (auto& [level, line] : entries()) result.push_back(line);
    return result;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<LogLevel, std::string>> entries_;
  LogSink before_;
};

}  // namespace millrace::test
