#include "continuous/word_lines.hpp"

#include "rdd/words.hpp"

namespace millrace::bench {

const WordLines& WordLines::get() {
  static const WordLines lines;
  return lines;
}

WordLines::WordLines() {
  RandomWords words;
  for (std::size_t line = 0; line < kLines; ++line) {
    begins_.push_back(text_.size());
    for (std::int64_t i = 0; i < kPerLine; ++i) {
      ranks_.push_back(words.nextRank());
      text_ += words[ranks_.back()];
      text_ += i + 1 < kPerLine ? ' ' : '\n';
    }
  }
  begins_.push_back(text_.size());
  text_.append(64, '\n');
}

std::int64_t WordLines::sumOfRunningCounts(std::int64_t lines) const {
  std::vector<std::int64_t> counts(RandomWords::kDistinct);
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < lines * kPerLine; ++i)
    sum += ++counts[ranks_[static_cast<std::size_t>(i) % ranks_.size()]];
  return sum;
}

}  // namespace millrace::bench
