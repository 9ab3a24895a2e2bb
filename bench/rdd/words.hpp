#pragma once

#include "zipf.hpp"

#include <millrace/rdd/core/records/block.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace::bench {

using WordCounts = std::vector<std::pair<std::string, std::int64_t>>;

/// Words as the word counts have them: 100 000 distinct ones of 2 to 14 letters (mean length about 5.9), drawn by Zipf's
/// law; the same in every run.
class RandomWords {
 public:
  static constexpr std::uint32_t kDistinct = 100'000;

  RandomWords();
  std::uint32_t nextRank() { return zipf_(random_); }
  const std::string& operator[](std::uint32_t rank) const { return words_[rank]; }

 private:
  Random random_{1};
  std::vector<std::string> words_;
  Zipf zipf_{kDistinct};
};

/// The text of the word counts: 256 MiB, lines of 10 random words; and how often each occurs.
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
