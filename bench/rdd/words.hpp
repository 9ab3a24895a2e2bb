#pragma once

#include <millrace/rdd/core/block.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace::bench {

using WordCounts = std::vector<std::pair<std::string, std::int64_t>>;

/// The text of the word counts: 256 MiB, lines of 10 words, 100 000 distinct ones (mean length about 5.9 bytes) drawn by
/// Zipf's law; and how often each occurs.
class Words {
 public:
  static constexpr int kPerLine = 10;

  /// Made at the first call, the same in every run.
  static const Words& get();

  /// Behind it lie 64 readable bytes.
  std::string_view text() const { return {text_.data(), size_}; }
  std::int64_t count() const { return count_; }
  /// The lines as received ones lie in memory, in so many blocks.
  std::vector<core::BlockPtr> blocks(int count) const;
  /// WrongAnswer unless `counts` are the right ones.
  void check(const WordCounts& counts) const;

 private:
  Words();

  std::string text_;
  std::size_t size_ = 0;
  std::size_t lines_ = 0;
  std::int64_t count_ = 0;
  std::unordered_map<std::string, std::int64_t> counts_;
};

}  // namespace millrace::bench
