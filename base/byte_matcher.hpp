#pragma once

#include <millrace/base/bytes16.hpp>

#include <cstddef>
#include <cstdint>

namespace millrace::core {

/// Finds a byte in 64 bytes at once: bit i of a mask tells whether byte i is the wanted one.
class ByteMatcher {
 public:
  static constexpr std::size_t kBytes = 64;

  explicit ByteMatcher(char wanted) : pattern_(repeat16(static_cast<unsigned char>(wanted))) {}

  /// Reads exactly kBytes.
  std::uint64_t in64(const char* text) const {
    return in16(text) | in16(text + 16) << 16 | in16(text + 32) << 32 | in16(text + 48) << 48;
  }

  /// Reads kBytes, or `size` bytes if there are fewer; never past them: loads overlap instead.
  std::uint64_t inFirst64(const char* text, std::size_t size) const;

 private:
  std::uint64_t in16(const char* text) const { return mask16(load16(text) == pattern_); }

  template <class Word>
  std::uint64_t in(const char* text) const;
  template <class Word>
  std::uint64_t inBothEnds(const char* text, std::size_t size) const;

  Bytes16 pattern_;
};

}  // namespace millrace::core
