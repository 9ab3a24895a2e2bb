#pragma once

#include "continuous/latencies.hpp"

#include <cstdint>
#include <future>
#include <string>

namespace millrace::bench {

/// What arrives at the end of a program that counts the words of a PacedSender's lines: when, how many, and whether the
/// counts are right. For one thread at a time, but for awaitAll.
class CountedLines {
 public:
  using TimePoint = Latencies::TimePoint;

  explicit CountedLines(std::int64_t lines) : lines_(lines), latencies_(static_cast<std::size_t>(lines)) {}

  /// The last word of a line has come; the line was due at `due`.
  void addLine(TimePoint due, std::int64_t runningCounts) {
    runningCounts_ += runningCounts;
    latencies_.add(due, std::chrono::steady_clock::now());
    if (hasAll()) all_.set_value();
  }
  /// A word has come.
  void addWord(std::int64_t runningCount) { runningCounts_ += runningCount; }

  bool hasAll() const { return static_cast<std::int64_t>(latencies_.size()) == lines_; }
  /// Any thread, once. Throws if that takes longer than a minute.
  void awaitAll();
  /// WrongAnswer unless all words were counted, each rightly.
  void check(const std::string& who) const;
  const Latencies& latencies() const { return latencies_; }

 private:
  const std::int64_t lines_;
  std::int64_t runningCounts_ = 0;
  Latencies latencies_;
  std::promise<void> all_;
};

}  // namespace millrace::bench
