#include <millrace/base/json_text.hpp>
#include <millrace/base/utf8.hpp>

#include <array>
#include <cstddef>
#include <cstdio>

namespace millrace::core {

std::string jsonString(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t size = utf8CharacterSize(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (size == 0) {
      json += "\\ufffd";
    } else if (first < 0x20) {
      std::array<char, 8> escaped;
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", first);
      json += escaped.data();
    } else {
      if (first == '"' || first == '\\') json += '\\';
      json += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return json + '"';
}

}  // namespace millrace::core
