#pragma once

#include <cstdint>
#include <cstring>

namespace millrace::core {

/// 16 bytes that one instruction compares. Of the compiler's own vectors: <emmintrin.h> has thousands of lines for a
/// program to compile, of which three would be needed.
using Bytes16 = std::uint8_t __attribute__((vector_size(16)));

inline Bytes16 load16(const void* bytes) {
  Bytes16 loaded;
  std::memcpy(&loaded, bytes, sizeof loaded);
  return loaded;
}

/// One byte 16 times. Made of words: a byte that is put away and read again as part of a word stalls.
inline Bytes16 repeat16(unsigned byte) {
  using Words4 = std::uint32_t __attribute__((vector_size(16)));
  const std::uint32_t word = byte * 0x01010101U;
  return reinterpret_cast<Bytes16>(Words4{word, word, word, word});
}

/// What a comparison says of 16 bytes, or their highest bits: bit i for byte i.
template <class Compared>
unsigned mask16(Compared bytes) {
  static_assert(sizeof bytes == 16 && sizeof bytes[0] == 1);
#ifdef __SSE2__
  using Chars16 = char __attribute__((vector_size(16)));
  return static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<Chars16>(bytes)));
#else
  unsigned mask = 0;
  for (unsigned i = 0; i < 16; ++i) mask |= static_cast<unsigned>((bytes[i] & 0x80) != 0) << i;
  return mask;
#endif
}

}  // namespace millrace::core
