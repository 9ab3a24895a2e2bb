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
  /// Words and not bytes: a byte that is put away and read again as part of a word stalls.
  unsigned having(unsigned tag) const {
    const __m128i tags16 = _mm_set1_epi32(static_cast<int>(tag * 0x01010101U));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(), tags16)));
  }
  unsigned used() const {
    const __m128i least = _mm_set1_epi8(kLeastTag);
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(load(), least), load())));
  }
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
#endif
  void mark(std::size_t slot, unsigned tag) { tags[slot] = static_cast<std::uint8_t>(tag); }
  bool hasFree() const { return having(kFree) != 0; }
  unsigned unused() const { return ~used() & 0xffff; }

  std::array<std::uint8_t, kSlots> tags{};
};

}  // namespace millrace::core
