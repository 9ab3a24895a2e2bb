#include <millrace/base/parse.hpp>

#include <millrace/base/error.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <system_error>

namespace millrace {

namespace {

[[noreturn]] void refuse(std::string_view text, const char* wanted) {
  throw BadRecord("\"" + shorten(text) + "\" is not " + wanted);
}

// Takes "+5" as "5", but leaves "+-5" wrong.
std::string_view withoutPlus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

// True when all of the text was a number of this type.
template <class Number>
bool read(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view trimmed(std::string_view text) {
  const auto isSpace = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

int toInt(std::string_view text) {
  int number = 0;
  if (!read(withoutPlus(text), number)) refuse(text, "a whole number of 32 bits");
  return number;
}

std::int64_t toLong(std::string_view text) {
  std::int64_t number = 0;
  if (!read(withoutPlus(text), number)) refuse(text, "a whole number of 64 bits");
  return number;
}

double toDouble(std::string_view text) {
  const std::string_view unsignedText = withoutPlus(trimmed(text));
  const bool negative = unsignedText.starts_with('-');
  const std::string_view magnitude = unsignedText.substr(negative ? 1 : 0);
  double number = 0;
  if (magnitude == "NaN") {
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (magnitude == "Infinity") {
    number = std::numeric_limits<double>::infinity();
  } else if (magnitude.find_first_not_of("0123456789.eE+-") != std::string_view::npos ||
             magnitude.starts_with('-') || !read(magnitude, number)) {
    refuse(text, "a number");  // also "inf" and "nan", which only C knows
  }
  return negative ? -number : number;
}

std::string_view core::trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\f";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

}  // namespace millrace
