#include "rdd/words.hpp"

#include "harness.hpp"

#include <millrace/io/text_block_builder.hpp>

#include <cstring>
#include <unordered_set>

namespace millrace::bench {

namespace {

constexpr std::size_t kTextSize = std::size_t{256} << 20;

/// 2 to 14 letters, 5.9 in the mean.
std::string makeWord(Random& random) {
  std::size_t length = 2;
  for (int i = 0; i < 12; ++i) length += random.below(1000) < 325;
  std::string word;
  while (word.size() < length) word += static_cast<char>('a' + random.below(26));
  return word;
}

}  // namespace

const Words& Words::get() {
  static const Words words;
  return words;
}

RandomWords::RandomWords() {
  std::unordered_set<std::string> seen;
  while (words_.size() < kDistinct) {
    std::string word = makeWord(random_);
    if (seen.insert(word).second) words_.push_back(std::move(word));
  }
}

Words::Words() {
  RandomWords words;
  std::vector<std::int64_t> counts(RandomWords::kDistinct);
  text_.reserve(kTextSize + 256);
  while (text_.size() < kTextSize) {
    for (int i = 0; i < kPerLine; ++i) {
      std::uint32_t rank = words.nextRank();
      ++counts[rank];
      text_ += words[rank];
      text_ += i + 1 < kPerLine ? ' ' : '\n';
    }
    ++lines_;
  }
  size_ = text_.size();
  text_.append(64, '\n');
  count_ = static_cast<std::int64_t>(lines_) * kPerLine;
  for (std::uint32_t rank = 0; rank < RandomWords::kDistinct; ++rank) {
    if (counts[rank] > 0) counts_.emplace(words[rank], counts[rank]);
  }
}

std::vector<core::BlockPtr> Words::blocks(int count) const {
  core::TextBlockBuilder builder;
  std::vector<core::BlockPtr> blocks;
  for (std::string_view left = text(); !left.empty();) {
    auto room = builder.prepare();
    std::size_t size = std::min(room.size(), left.size());
    std::memcpy(room.data(), left.data(), size);
    builder.commit(size);
    left.remove_prefix(size);
  }
  std::size_t cut = 0;
  for (int block = 1; block <= count; ++block) {
    std::size_t end = lines_ * static_cast<std::size_t>(block) / static_cast<std::size_t>(count);
    blocks.push_back(builder.cut(end - cut));
    cut = end;
  }
  return blocks;
}

void Words::check(const WordCounts& counts) const {
  expectEqual("distinct words", static_cast<std::int64_t>(counts.size()),
              static_cast<std::int64_t>(counts_.size()));
  for (const auto& [word, count] : counts) {
    auto known = counts_.find(word);
    expectEqual("count of \"" + word + '"', count, known == counts_.end() ? 0 : known->second);
  }
}

}  // namespace millrace::bench
