#pragma once

#include "rdd/words.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace millrace::bench {

/// The word count that a specialist writes by hand for texts whose words have at most 16 bytes: slots of 32 bytes with
/// the word inside, linear probing, a fixed size with much room. What the engine is measured by.
class HandTable {
 public:
  static constexpr std::size_t kLongestWord = 16;

  HandTable() : slots_(kSlots) {}

  /// Counts all words of a text, which are parted by spaces and line feeds. 64 bytes behind it must be readable.
  void addAll(std::string_view text);
  /// The same in two steps for some words at a time: where they are and which slots they will need, then the counting,
  /// by when the slots are in the cache.
  void addAllAhead(std::string_view text);
  /// Counts one word; kLongestWord bytes from its beginning on must be readable. How often it has come now.
  std::int64_t add(std::string_view word) {
    Key key = keyOf(word.data(), word.size());
    return add(key, place(key), 1);
  }
  void add(const HandTable& other);

  WordCounts counts() const;

 private:
  struct Key {
    std::uint64_t low, high;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct alignas(32) Slot {
    Key key{};
    std::int64_t count = 0;
  };
  static constexpr int kBits = 18;
  static constexpr std::size_t kSlots = std::size_t{1} << kBits;
  static const std::array<Key, kLongestWord + 1> kMasks;

  static Key keyOf(const char* word, std::size_t size);
  static std::size_t place(const Key& key);
  std::int64_t add(const Key& key, std::size_t place, std::int64_t count);

  std::vector<Slot> slots_;
};

inline HandTable::Key HandTable::keyOf(const char* word, std::size_t size) {
  if (size > kLongestWord) throw std::length_error("a word that is too long for HandTable");
  Key key;
  __builtin_memcpy(&key, word, sizeof key);
  const Key& mask = kMasks[size];
  return {key.low & mask.low, key.high & mask.high};
}

inline std::size_t HandTable::place(const Key& key) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(key.low ^ 0x9e3779b97f4a7c15u) * (key.high ^ 0xd6e8feb86659fd93u);
  return (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64)) >> (64 - kBits);
}

inline std::int64_t HandTable::add(const Key& key, std::size_t place, std::int64_t count) {
  for (;; place = (place + 1) % kSlots) {
    Slot& slot = slots_[place];
    if (slot.key == key) return slot.count += count;
    if (slot.count == 0) {
      slot = {key, count};
      return count;
    }
  }
}

}  // namespace millrace::bench
