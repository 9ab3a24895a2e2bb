#pragma once

#include "continuous/latencies.hpp"
#include "io/loopback.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <future>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace millrace::bench {

/// A line as PacedSender sends it: when it was due, and its words.
struct StampedLine {
  using TimePoint = Latencies::TimePoint;
  static constexpr std::size_t kStamp = 16;

  static std::string_view wordsOf(std::string_view line) { return line.substr(kStamp + 1); }

  explicit StampedLine(std::string_view line) : words(wordsOf(line)) {
    std::int64_t nanoseconds = 0;
    std::from_chars(line.data(), line.data() + kStamp, nanoseconds, 16);
    due = TimePoint(std::chrono::nanoseconds(nanoseconds));
  }

  TimePoint due;
  std::string_view words;
};

/// How PacedSender keeps time. Awake: its core is its own, and a line that cannot be sent in time keeps its due time (open
/// loop). Asleep between lines, where it shares its core: a line is due when it is sent, and one sent late delays those
/// behind it.
enum class Pace { kAwake, kAsleep };

/// Listens on loopback and, from a thread on the other core, sends the first who connects the WordLines at a steady rate,
/// each with the time at which it was due. The connection stays open until this object's end.
class PacedSender {
 public:
  using TimePoint = Latencies::TimePoint;

  PacedSender(std::int64_t linesPerSecond, std::int64_t lines, Pace pace = Pace::kAwake);
  ~PacedSender();
  PacedSender(const PacedSender&) = delete;
  PacedSender& operator=(const PacedSender&) = delete;

  int port() const { return loopback_.port(); }
  std::int64_t lines() const { return lines_; }
  /// Waits until the first line is due, which is soon after somebody has connected; once.
  void awaitStart();
  /// Processor time of the sending thread.
  double cpuSeconds();

 private:
  void run(const std::stop_token& stop);
  void send(const std::stop_token& stop);
  void awaitDue(TimePoint due) const;
  /// Stamps the next lines, up to the one before `end`; the text of them.
  std::string_view stamp(std::int64_t begin, std::int64_t end, TimePoint start);
  std::chrono::nanoseconds offsetOf(std::int64_t line) const {
    return std::chrono::nanoseconds(line * 1'000'000'000 / rate_);
  }

  Loopback loopback_;
  const std::int64_t rate_;
  const std::int64_t lines_;
  const Pace pace_;
  std::string text_;
  std::vector<std::size_t> begins_;
  std::promise<void> started_;
  std::jthread thread_;
};

}  // namespace millrace::bench
