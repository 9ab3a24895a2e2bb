#pragma once

#include <cstdint>
#include <cstring>

namespace millrace::core {

/// 16 bytes that one instruction compares. A vector type of the compiler, because programs include this header: of
/// <emmintrin.h> they would compile thousands of lines for three.
using Bytes16 = std::uint8_t __attribute__((vector_size(16)));

inline Bytes16 load16(const void* bytes) {
  Bytes16 loaded;
  std::memcpy(&loaded, bytes, sizeof loaded);
  return loaded;
}

/// One byte 16 times. The byte is spread over a word by arithmetic first: a byte that is stored and then loaded as part
/// of a word would stall.
inline Bytes16 repeat16(unsigned byte) {
  using Words4 = std::uint32_t __attribute__((vector_size(16)));
  const std::uint32_t word = byte * 0x01010101U;
  return reinterpret_cast<Bytes16>(Words4{word, word, word, word});
}

/// The highest bit of each of 16 bytes: bit i for byte i. Of the result of a comparison: for which bytes it holds.
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
