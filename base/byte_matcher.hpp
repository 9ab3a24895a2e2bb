#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

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
  std::uint64_t inFirst64(const char* text, std::size_t size) const {
    if (size >= 16) {
      const std::size_t last = size - 16;
      const auto at = [&](std::size_t offset) {
        offset = std::min(offset, last);
        return in16(text + offset) << offset;
      };
      return at(0) | at(16) | at(32) | at(48);
    }
    if (size >= 8) return inBothEnds<std::uint64_t>(text, size);
    if (size >= 4) return inBothEnds<std::uint32_t>(text, size);
    if (size >= 2) return inBothEnds<std::uint16_t>(text, size);
    return size == 1 ? in<std::uint8_t>(text) : 0;
  }

 private:
  std::uint64_t equal(__m128i bytes) const {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, pattern_)));
  }

  std::uint64_t in16(const char* text) const {
    return equal(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text)));
  }

  template <class Word>
  std::uint64_t in(const char* text) const {
    Word word;
    std::memcpy(&word, text, sizeof word);
    return equal(_mm_cvtsi64_si128(static_cast<std::int64_t>(word))) & ((1u << sizeof word) - 1);
  }

  template <class Word>
  std::uint64_t inBothEnds(const char* text, std::size_t size) const {
    const std::size_t last = size - sizeof(Word);
    return in<Word>(text) | in<Word>(text + last) << last;
  }

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
