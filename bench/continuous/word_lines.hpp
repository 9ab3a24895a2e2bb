#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::bench {

/// Lines of ten random words; behind the last one they begin again.
class WordLines {
 public:
  static constexpr std::size_t kLines = std::size_t{1} << 16;
  static constexpr std::int64_t kPerLine = 10;

  /// Made at the first call, the same in every run.
  static const WordLines& get();

  /// Without its line feed.
  std::string_view operator[](std::size_t line) const {
    line %= kLines;
    return std::string_view(text_).substr(begins_[line], begins_[line + 1] - begins_[line] - 1);
  }
  /// All kLines lines; behind them lie 64 readable bytes.
  std::string_view text() const { return std::string_view(text_).substr(0, begins_.back()); }
  /// What the running counts of the words of the first `lines` lines add up to: 1 for a word that comes for the first
  /// time, 2 for the second …
  std::int64_t sumOfRunningCounts(std::int64_t lines) const;

 private:
  WordLines();

  std::string text_;
  std::vector<std::size_t> begins_;
  std::vector<std::uint32_t> ranks_;
};

}  // namespace millrace::bench
