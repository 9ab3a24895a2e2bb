#include <millrace/base/log.hpp>

#include <millrace/base/error.hpp>
#include <millrace/base/write_signals.hpp>

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>

namespace millrace {

namespace {

constexpr std::size_t kLongestValue = 1024;

spdlog::level::level_enum spdlogLevel(LogLevel level) {
  constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                              spdlog::level::err, spdlog::level::off};
  return levels[static_cast<std::size_t>(level)];
}

class StandardError final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  void showStatus(std::string_view text) {
    if (text == status_) return;
    std::string drawn;
    replaceStatus(text, drawn);
    write(drawn);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string written;
    if (!status_.empty()) replaceStatus({}, written);
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write(written.append(line.data(), line.size()));
  }
  void flush_() override {}

 private:
  void replaceStatus(std::string_view text, std::string& drawn) {
    drawn.append("\r").append(text);
    if (status_.size() > text.size()) drawn.append(status_.size() - text.size(), ' ');
    drawn += '\r';
    status_ = text;
  }
  static void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }

  std::string status_;  // what stands on the terminal now
};

struct Log {
  Log() : output(std::make_shared<StandardError>()), standardError("millrace", output) {
    standardError.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    standardError.set_level(spdlog::level::trace);
  }

  std::atomic<LogLevel> level = LogLevel::kInfo;
  core::Mutex mutex;
  LogSink sink MILLRACE_GUARDED_BY(mutex);

  core::Mutex writing;
  const std::shared_ptr<StandardError> output MILLRACE_GUARDED_BY(writing);
  spdlog::logger standardError MILLRACE_GUARDED_BY(writing);
};

// Lives for ever, since threads may log while the process ends.
Log& theLog() {
  static Log& instance = *std::make_unique<Log>().release();
  return instance;
}

void appendField(std::string& line, const LogField& field) {
  const std::string value = shorten(field.value(), kLongestValue);
  line.append(" ").append(field.key()).append("=");
  if (!value.empty() && value.find_first_of(" \"=") == std::string::npos) {
    line += value;
    return;
  }
  line += '"';
  for (char c : value) {
    if (c == '"') line += '\\';
    line += c;
  }
  line += '"';
}

}  // namespace

LogField::LogField(std::string_view key, double value) : key_(key) {
  std::array<char, 32> text;
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  value_.assign(text.data(), written.ptr);
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) noexcept try {
  Log& out = theLog();
  if (level < out.level) return;
  std::string line = shorten(message, kLongestValue);
  for (const LogField& field : fields) appendField(line, field);
  core::MutexLock lock(out.mutex);
  if (out.sink) {
    out.sink(level, line);
    return;
  }
  lock.unlock();
  const core::WithoutWriteSignals held;
  core::MutexLock writing(out.writing);
  out.standardError.log(spdlogLevel(level), spdlog::string_view_t(line));
} catch (...) {
  // A line that cannot be written must not end the work it tells of.
}

void showStatusLine(std::string_view text) noexcept try {
  Log& out = theLog();
  const core::WithoutWriteSignals held;
  core::MutexLock writing(out.writing);
  out.output->showStatus(text);
} catch (...) {
  // The same holds for what is shown beside it.
}

void setLogLevel(LogLevel level) noexcept { theLog().level = level; }

LogSink exchangeLogSink(LogSink sink) {
  Log& out = theLog();
  core::MutexLock lock(out.mutex);
  return std::exchange(out.sink, std::move(sink));
}

std::optional<std::int64_t> LogThrottle::admit() {
  const std::int64_t now = clock_->now();
  core::MutexLock lock(mutex_);
  if (lastAdmitted_ && now - *lastAdmitted_ < interval_) {
    ++heldBack_;
    return std::nullopt;
  }
  lastAdmitted_ = now;
  return std::exchange(heldBack_, 0);
}

}  // namespace millrace
