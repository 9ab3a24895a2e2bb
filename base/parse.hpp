#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

/// The number that a record's text means, as Java reads it: an optional sign and digits, nothing around them.
/// BadRecord, with the text, for any other text and for a number that does not fit.
int toInt(std::string_view text);
std::int64_t toLong(std::string_view text);

/// The same for "1", "-1.5", "2e10", "NaN" and "Infinity"; here spaces around are allowed, as in Java.
double toDouble(std::string_view text);

namespace core {

/// The text without the white space around it.
std::string_view trimmed(std::string_view text);

}  // namespace core

}  // namespace millrace
