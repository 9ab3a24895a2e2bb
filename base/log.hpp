#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/base/mutex.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millrace {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

/// One `key=value` of a log line.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  LogField(std::string_view key, const char* value) : key_(key), value_(value) {}
  LogField(std::string_view key, const std::string& value) : key_(key), value_(value) {}
  LogField(std::string_view key, bool value) : key_(key), value_(value ? "true" : "false") {}
  LogField(std::string_view key, double value);
  template <std::integral I>
  LogField(std::string_view key, I value) : key_(key), value_(std::to_string(value)) {}

  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  std::string_view key_;
  std::string value_;
};

/// Writes one line to stderr: time, level, message, fields. Never throws, and may be called by any thread.
///
/// The message is fixed text, never a format string; what varies belongs into fields. Control characters of
/// both, and bytes that are no UTF-8, are escaped and long values shortened, so that no input can forge or garble a line. Secrets must not be passed.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) noexcept;

inline void logDebug(std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
  log(LogLevel::kDebug, message, fields);
}
inline void logInfo(std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
  log(LogLevel::kInfo, message, fields);
}
inline void logWarning(std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
  log(LogLevel::kWarning, message, fields);
}
inline void logError(std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
  log(LogLevel::kError, message, fields);
}

/// Lines below `level` are dropped; kOff drops all. At the start: kInfo.
void setLogLevel(LogLevel level) noexcept;

/// Shows one line at the end of the log on stderr, in place of the one shown before; an empty one shows none. The next line
/// of the log wipes it away, so whoever wants it to stay shows it again from time to time. For terminals only.
void showStatusLine(std::string_view text) noexcept;

/// Gets every line that passes the level, without its time: `message key=value ...`. Called by one thread at
/// a time.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

/// Sends lines to `sink` instead of stderr, or to stderr again when it is null. Returns the sink before.
LogSink exchangeLogSink(LogSink sink);

/// Lets one of many like messages through per interval of its clock, and counts the others.
class LogThrottle {
 public:
  LogThrottle(std::shared_ptr<Clock> clock, std::int64_t intervalMs)
      : clock_(std::move(clock)), interval_(intervalMs) {}

  /// How many were held back since the last one that was let through; nothing if this one is to be held back
  /// too.
  std::optional<std::int64_t> admit();

 private:
  const std::shared_ptr<Clock> clock_;
  const std::int64_t interval_;
  core::Mutex mutex_;
  std::optional<std::int64_t> lastAdmitted_ MILLRACE_GUARDED_BY(mutex_);
  std::int64_t heldBack_ MILLRACE_GUARDED_BY(mutex_) = 0;
};

}  // namespace millrace
