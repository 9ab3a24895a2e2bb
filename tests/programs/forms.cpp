#include "forms.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace millrace::programs {

namespace {

constexpr std::int64_t kGreatest = (std::int64_t{1} << 52) - 1;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::size_t kDigits = 16;

[[noreturn]] void damaged(std::string_view what) {
  throw std::logic_error("a record came back damaged: " + std::string(what));
}

}  // namespace

double Doubles::carryKey(std::int64_t number) {
  const std::int64_t fits = number & kGreatest;
  if (fits == 0) return -0.0;
  if (fits == 1) return 0.0;
  if (fits == kGreatest) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(fits);
}

std::int64_t Doubles::read(double number) {
  if (std::isnan(number)) return kGreatest;
  if (number == 0) return std::signbit(number) ? 0 : 1;
  return static_cast<std::int64_t>(number);
}

Record Doubles::fit(const Record& record) { return {record.first & kGreatest, record.second & kGreatest}; }

std::string Texts::carryKey(std::int64_t number) {
  char digits[kDigits];
  const auto end =
      std::to_chars(digits, digits + kDigits, static_cast<std::uint64_t>(number) ^ kSign, 16).ptr;
  const auto size = static_cast<std::size_t>(end - digits);
  return std::string(kDigits - size, '0') + std::string(digits, size);
}

std::int64_t Texts::read(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size() || text.size() != kDigits) damaged(text);
  return static_cast<std::int64_t>(number ^ kSign);
}

Labelled Structs::carryKey(std::int64_t number) {
  return {number, "number " + std::to_string(number), (number & 1) != 0};
}

std::int64_t Structs::read(const Labelled& labelled) {
  if (labelled != carryKey(labelled.number)) damaged(labelled.label);
  return labelled.number;
}

Record fitted(std::string_view form, const Record& record) {
  if (form == "integers") return Integers::fit(record);
  if (form == "doubles") return Doubles::fit(record);
  if (form == "texts") return Texts::fit(record);
  if (form == "structs") return Structs::fit(record);
  throw std::invalid_argument("there is no form of records " + std::string(form) +
                              "; there are integers, doubles, texts and structs");
}

}  // namespace millrace::programs
