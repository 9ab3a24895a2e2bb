#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#ifdef __x86_64__
#include <emmintrin.h>
#endif

namespace millrace::core {

/// Finds a byte in 64 bytes at once: bit i of a mask tells whether byte i is the wanted one.
class ByteMatcher {
 public:
  static constexpr std::size_t kBytes = 64;

#ifdef __x86_64__
  explicit ByteMatcher(char wanted) : pattern_(_mm_set1_epi8(wanted)) {}

  /// Reads exactly kBytes.
  std::uint64_t in64(const char* text) const {
    return in16(text) | in16(text + 16) << 16 | in16(text + 32) << 32 | in16(text + 48) << 48;
  }

  /// Reads kBytes, or `size` bytes if there are fewer; never past them: loads overlap instead.
  std::uint64_t inFirst64(const char* text, std::size_t size) const;

 private:
  std::uint64_t equal(__m128i bytes) const {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, pattern_)));
  }

  std::uint64_t in16(const char* text) const {
    return equal(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text)));
  }

  template <class Word>
  std::uint64_t in(const char* text) const;
  template <class Word>
  std::uint64_t inBothEnds(const char* text, std::size_t size) const;

  __m128i pattern_;
#else
  explicit ByteMatcher(char wanted) : wanted_(wanted) {}

  std::uint64_t in64(const char* text) const { return inFirst64(text, kBytes); }

  std::uint64_t inFirst64(const char* text, std::size_t size) const {
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < std::min(size, kBytes); ++i) mask |= std::uint64_t{text[i] == wanted_} << i;
    return mask;
  }

 private:
  char wanted_;
#endif
};

}  // namespace millrace::core
