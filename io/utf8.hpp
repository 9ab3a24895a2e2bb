#pragma once

#include <string_view>

namespace millrace::core {

/// True if `text` is UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF. Runs of ASCII
/// are passed eight bytes at a time.
bool isValidUtf8(std::string_view text) noexcept;

}  // namespace millrace::core
