#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// `value`, or a placeholder where it or its name looks like a password, key or token. For everything that
/// shows settings: logs, errors, pages.
std::string redact(std::string_view name, std::string_view value);

}  // namespace millrace
