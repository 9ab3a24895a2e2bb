#include <millrace/base/byte_matcher.hpp>

#include <algorithm>
#include <cstring>

namespace millrace::core {

std::uint64_t ByteMatcher::inFirst64(const char* text, std::size_t size) const {
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

template <class Word>
std::uint64_t ByteMatcher::inBothEnds(const char* text, std::size_t size) const {
  const std::size_t last = size - sizeof(Word);
  return in<Word>(text) | in<Word>(text + last) << last;
}

template <class Word>
std::uint64_t ByteMatcher::in(const char* text) const {
  Bytes16 bytes{};
  std::memcpy(&bytes, text, sizeof(Word));
  return mask16(bytes == pattern_) & ((1u << sizeof(Word)) - 1);
}

}  // namespace millrace::core
