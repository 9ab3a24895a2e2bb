#pragma once

#include "continuous/word_lines.hpp"

#include <millrace/io/receiver.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace millrace::bench {

/// A live source without a cost of its own: the WordLines in blocks of 1024 that exist already, so many times, each block
/// as soon as the last one is taken.
class PreparedLines final : public Receiver<std::string> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::int64_t kLines = static_cast<std::int64_t>(WordLines::kLines);

  /// `startedAt` is told when the first block goes; it must outlive this.
  PreparedLines(std::int64_t times, std::promise<TimePoint>& startedAt);

  void onStart() override;
  void onStop() override { thread_.join(); }

  /// The lines in strings, as the blocks have them.
  static const std::vector<std::vector<std::string>>& blocks();

 private:
  void store();

  const std::int64_t times_;
  std::promise<TimePoint>& startedAt_;
  std::thread thread_;
};

}  // namespace millrace::bench
