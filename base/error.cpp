#include <millrace/base/error.hpp>
#include <millrace/base/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>

namespace millrace {

namespace {

void appendEscaped(std::string& shown, char c) {
  char escaped[5];
  std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned char>(c));
  shown += escaped;
}

bool isControl(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character[0]);
  return byte < 0x20 || byte == 0x7f || (byte == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0);
}

}  // namespace

std::string shorten(std::string_view text, std::size_t limit) {
  std::string shown;
  std::string_view left = text;
  while (!left.empty()) {
    const std::size_t size = core::utf8CharacterSize(left);
    const std::string_view character = left.substr(0, std::max<std::size_t>(size, 1));
    if (text.size() - left.size() + character.size() > limit) break;
    if (size > 0 && !isControl(character)) {
      shown += character;
    } else {
      for (char c : character) appendEscaped(shown, c);
    }
    left.remove_prefix(character.size());
  }
  if (!left.empty()) shown += "... (" + std::to_string(text.size()) + " bytes)";
  return shown;
}

}  // namespace millrace
