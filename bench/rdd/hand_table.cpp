#include "rdd/hand_table.hpp"

#include <emmintrin.h>

#include <bit>
#include <cstring>

namespace millrace::bench {

namespace {

constexpr std::size_t kBlock = 64;

/// Bit i: byte i of the block at `at` is a space or a control character.
std::uint64_t delimiters(std::string_view text, std::size_t at) {
  const __m128i space = _mm_set1_epi8(' ');
  std::uint64_t mask = 0;
  for (unsigned part = 0; part < kBlock; part += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + part));
    int found = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, space), bytes));
    mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(found)) << part;
  }
  std::size_t left = text.size() - at;
  return left < kBlock ? mask & ((std::uint64_t{1} << left) - 1) : mask;
}

}  // namespace

const std::array<HandTable::Key, HandTable::kLongestWord + 1> HandTable::kMasks = [] {
  std::array<Key, kLongestWord + 1> masks{};
  for (std::size_t size = 0; size <= kLongestWord; ++size) std::memset(&masks[size], 0xff, size);
  return masks;
}();

void HandTable::addAll(std::string_view text) {
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    for (std::uint64_t ends = delimiters(text, at); ends != 0; ends &= ends - 1) {
      std::size_t end = at + static_cast<std::size_t>(std::countr_zero(ends));
      Key key = keyOf(text.data() + start, end - start);
      add(key, place(key), 1);
      start = end + 1;
    }
  }
}

void HandTable::addAllAhead(std::string_view text) {
  constexpr std::size_t kAtOnce = 256;
  std::array<Key, kAtOnce + kBlock> keys;
  std::array<std::uint32_t, kAtOnce + kBlock> places;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t found = 0;
    for (; at < text.size() && found < kAtOnce; at += kBlock) {
      for (std::uint64_t ends = delimiters(text, at); ends != 0; ends &= ends - 1) {
        std::size_t end = at + static_cast<std::size_t>(std::countr_zero(ends));
        keys[found] = keyOf(text.data() + start, end - start);
        places[found] = static_cast<std::uint32_t>(place(keys[found]));
        __builtin_prefetch(&slots_[places[found]]);
        ++found;
        start = end + 1;
      }
    }
    for (std::size_t i = 0; i < found; ++i) add(keys[i], places[i], 1);
  }
}

void HandTable::add(const HandTable& other) {
  for (const Slot& slot : other.slots_) {
    if (slot.count > 0) add(slot.key, place(slot.key), slot.count);
  }
}

WordCounts HandTable::counts() const {
  WordCounts counts;
  for (const Slot& slot : slots_) {
    if (slot.count == 0) continue;
    char word[sizeof(Key) + 1] = {};
    std::memcpy(word, &slot.key, sizeof(Key));
    counts.emplace_back(word, slot.count);
  }
  return counts;
}

}  // namespace millrace::bench
