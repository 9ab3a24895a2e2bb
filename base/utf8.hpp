#pragma once

#include <cstddef>
#include <string_view>

namespace millrace::core {

/// True if `text` is UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF. Runs of ASCII
/// are passed eight bytes at a time.
bool isValidUtf8(std::string_view text) noexcept;

/// How many bytes the character has that a text begins with; 0 if these bytes are none. The text is not empty.
std::size_t utf8CharacterSize(std::string_view text) noexcept;

}  // namespace millrace::core
