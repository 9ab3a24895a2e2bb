#include <millrace/base/utf8.hpp>

#include <cstdint>
#include <cstring>

namespace millrace::core {

namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/// Length of the sequence at `at`, 0 if it is not valid. `left` bytes may be read.
std::size_t sequence(const unsigned char* at, std::size_t left) {
  unsigned char lead = at[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || left < 2 || !continues(at[1])) return 0;
  if (lead < 0xE0) return 2;
  if (left < 3 || !continues(at[2])) return 0;
  if (lead < 0xF0) {
    bool overlong = lead == 0xE0 && at[1] < 0xA0;
    bool surrogate = lead == 0xED && at[1] >= 0xA0;
    return overlong || surrogate ? 0 : 3;
  }
  if (left < 4 || !continues(at[3])) return 0;
  bool overlong = lead == 0xF0 && at[1] < 0x90;
  bool tooLarge = lead == 0xF4 && at[1] >= 0x90;
  return overlong || tooLarge ? 0 : 4;
}

}  // namespace

std::size_t utf8CharacterSize(std::string_view text) noexcept {
  return sequence(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

bool isValidUtf8(std::string_view text) noexcept {
  auto at = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* end = at + text.size();
  while (at != end) {
    if (end - at >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      if ((word & kHighBits) == 0) {
        at += 8;
        continue;
      }
    }
    std::size_t length = sequence(at, static_cast<std::size_t>(end - at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace millrace::core
