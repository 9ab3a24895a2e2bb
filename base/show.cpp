#include <millrace/base/show.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace millrace::core {

namespace {

using Text = std::array<char, 32>;

template <class T, class... Format>
std::string_view digitsOf(Text& text, T value, Format... format) {
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value, format...);
  return {text.data(), written.ptr};
}

// Java: the fewest digits that mean this value, though at least two, nearest to it; with an exponent outside
// [10^-3, 10^7).
template <class T>
void writeFloating(std::ostream& out, T value) {
  if (std::isnan(value)) return showText(out, "NaN");
  if (std::signbit(value)) showText(out, "-");
  if (std::isinf(value)) return showText(out, "Infinity");
  value = std::abs(value);

  Text text;
  std::string_view scientific = digitsOf(text, value, std::chars_format::scientific);
  if (scientific[1] == 'e') scientific = digitsOf(text, value, std::chars_format::scientific, 1);
  const std::size_t e = scientific.find('e');
  int exponent = 0;
  std::from_chars(scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1), scientific.end(), exponent);

  const bool plain = value == 0 || (exponent >= -3 && exponent < 7);
  if (!plain) {
    showText(out, scientific.substr(0, e));
    showText(out, "E");
    return showInteger(out, std::int64_t{exponent});
  }
  std::string digits(1, scientific[0]);
  digits += scientific.substr(2, e - 2);
  if (exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
  const std::size_t whole = exponent < 0 ? 1 : static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) digits.resize(whole + 1, '0');
  while (digits.size() > whole + 1 && digits.back() == '0') digits.pop_back();
  digits.insert(whole, 1, '.');
  showText(out, digits);
}

}  // namespace

void showText(std::ostream& out, std::string_view text) {
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void showInteger(std::ostream& out, std::int64_t value) {
  Text text;
  showText(out, digitsOf(text, value));
}

void showInteger(std::ostream& out, std::uint64_t value) {
  Text text;
  showText(out, digitsOf(text, value));
}

void showFloating(std::ostream& out, float value) { writeFloating(out, value); }

void showFloating(std::ostream& out, double value) { writeFloating(out, value); }

}  // namespace millrace::core
