#pragma once

#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace millrace::core {

/// What a splitter must know of 64 bytes of text: bit i speaks of byte i.
struct LineMasks {
  std::uint64_t lf = 0;
  std::uint64_t cr = 0;
  std::uint64_t nonAscii = 0;
};

inline constexpr std::size_t kScanBytes = 64;

/// Reads exactly kScanBytes at `text`.
inline LineMasks scanLines(const char* text) {
  LineMasks masks;
#ifdef __SSE2__
  const __m128i lf = _mm_set1_epi8('\n');
  const __m128i cr = _mm_set1_epi8('\r');
  auto mask = [](__m128i bytes) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)));
  };
  for (unsigned part = 0; part < kScanBytes; part += 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + part));
    masks.lf |= mask(_mm_cmpeq_epi8(bytes, lf)) << part;
    masks.cr |= mask(_mm_cmpeq_epi8(bytes, cr)) << part;
    masks.nonAscii |= mask(bytes) << part;
  }
#else
  for (unsigned i = 0; i < kScanBytes; ++i) {
    masks.lf |= std::uint64_t{text[i] == '\n'} << i;
    masks.cr |= std::uint64_t{text[i] == '\r'} << i;
    masks.nonAscii |= std::uint64_t{(text[i] & 0x80) != 0} << i;
  }
#endif
  return masks;
}

}  // namespace millrace::core
