#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace millrace::core {

/// One byte for each of 16 neighbouring slots of a FlatMap, its tag: free, erased, or made of the low bits of the hash of
/// what lies there. A few instructions compare all of them; the answers are masks with bit i for slot i.
struct alignas(16) SlotGroup {
  static constexpr std::size_t kSlots = 16;
  static constexpr unsigned kFree = 0;
  /// Was used while the group had no free slot: a search has to go on to the next group.
  static constexpr unsigned kErased = 1;
  static constexpr unsigned kLeastTag = 2;

  static unsigned tagOf(std::uint64_t hash) {
    const auto low = static_cast<unsigned>(hash & 0xff);
    return low < kLeastTag ? low + kLeastTag : low;
  }

#if defined(__SSE2__)
  unsigned having(unsigned tag) const {
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(), repeat(tag))));
  }
  unsigned used() const {
    const __m128i least = _mm_set1_epi8(kLeastTag);
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(load(), least), load())));
  }
  /// Writes all tags: keys that come in the order of their hashes meet in one group, and a search that reads a byte and its
  /// neighbours right after the byte was written stalls.
  void mark(std::size_t slot, unsigned tag) {
    const __m128i numbers = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m128i here = _mm_cmpeq_epi8(numbers, repeat(static_cast<unsigned>(slot)));
    const __m128i marked = _mm_or_si128(_mm_andnot_si128(here, load()), _mm_and_si128(here, repeat(tag)));
    _mm_store_si128(reinterpret_cast<__m128i*>(tags.data()), marked);
  }
  /// Of words and not bytes: a byte that is put away and read again as part of a word stalls, too.
  static __m128i repeat(unsigned byte) { return _mm_set1_epi32(static_cast<int>(byte * 0x01010101U)); }
  __m128i load() const { return _mm_load_si128(reinterpret_cast<const __m128i*>(tags.data())); }
#else
  unsigned having(unsigned tag) const {
    unsigned mask = 0;
    for (std::size_t i = 0; i < kSlots; ++i) mask |= static_cast<unsigned>(tags[i] == tag) << i;
    return mask;
  }
  unsigned used() const {
    unsigned mask = 0;
    for (std::size_t i = 0; i < kSlots; ++i) mask |= static_cast<unsigned>(tags[i] >= kLeastTag) << i;
    return mask;
  }
  void mark(std::size_t slot, unsigned tag) { tags[slot] = static_cast<std::uint8_t>(tag); }
#endif
  bool isUsed(std::size_t slot) const { return tags[slot] >= kLeastTag; }
  bool hasFree() const { return having(kFree) != 0; }
  unsigned unused() const { return ~used() & 0xffff; }

  std::array<std::uint8_t, kSlots> tags{};
};

}  // namespace millrace::core
