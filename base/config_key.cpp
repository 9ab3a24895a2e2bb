#include <millrace/base/config_key.hpp>

#include <millrace/base/error.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

namespace millrace {

namespace {

std::string trimmedLowerCase(std::string_view text) {
  const auto isSpace = [](unsigned char c) { return std::isspace(c) != 0; };
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

// "-12ms" -> (-12, "ms"); nothing when it does not begin with a number that fits.
template <std::integral I>
std::optional<std::pair<I, std::string>> numberAndSuffix(std::string_view text) {
  const std::string lower = trimmedLowerCase(text);
  I number = 0;
  const auto [end, error] = std::from_chars(lower.data(), lower.data() + lower.size(), number);
  if (error != std::errc()) return std::nullopt;
  return std::pair(number, std::string(end, lower.data() + lower.size()));
}

template <std::integral I>
std::optional<I> number(std::string_view text) {
  const auto parsed = numberAndSuffix<I>(text);
  if (!parsed || !parsed->second.empty()) return std::nullopt;
  return parsed->first;
}

struct Unit {
  std::string_view suffix;
  std::int64_t size;
};

std::optional<std::int64_t> numberOfUnits(std::string_view text, std::initializer_list<Unit> units) {
  const auto parsed = numberAndSuffix<std::int64_t>(text);
  if (!parsed) return std::nullopt;
  const auto unit = std::ranges::find(units, parsed->second, &Unit::suffix);
  std::int64_t total = 0;
  if (unit == units.end() || __builtin_mul_overflow(parsed->first, unit->size, &total)) return std::nullopt;
  return total;
}

}  // namespace

std::optional<bool> ConfigType<bool>::parse(std::string_view text) {
  const std::string lower = trimmedLowerCase(text);
  if (lower == "true") return true;
  if (lower == "false") return false;
  return std::nullopt;
}

std::optional<int> ConfigType<int>::parse(std::string_view text) { return number<int>(text); }

std::optional<std::int64_t> ConfigType<std::int64_t>::parse(std::string_view text) {
  return number<std::int64_t>(text);
}

std::optional<double> ConfigType<double>::parse(std::string_view text) {
  const std::string lower = trimmedLowerCase(text);
  double number = 0;
  const auto [end, error] = std::from_chars(lower.data(), lower.data() + lower.size(), number);
  if (error != std::errc() || end != lower.data() + lower.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::optional<std::chrono::milliseconds> ConfigType<std::chrono::milliseconds>::parse(std::string_view text) {
  constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
  if (const auto micros = numberOfUnits(text, {{"us", 1}})) return std::chrono::milliseconds(*micros / 1000);
  const auto millis = numberOfUnits(text, {{"", 1},
                                           {"ms", 1},
                                           {"s", kSecond},
                                           {"m", kMinute},
                                           {"min", kMinute},
                                           {"h", kHour},
                                           {"d", 24 * kHour}});
  if (!millis) return std::nullopt;
  return std::chrono::milliseconds(*millis);
}

std::optional<ByteSize> ConfigType<ByteSize>::parse(std::string_view text) {
  constexpr std::int64_t kKilo = 1024, kMega = 1024 * kKilo, kGiga = 1024 * kMega, kTera = 1024 * kGiga;
  constexpr std::int64_t kPeta = 1024 * kTera;
  const auto bytes = numberOfUnits(text, {{"", 1},
                                          {"b", 1},
                                          {"k", kKilo},
                                          {"kb", kKilo},
                                          {"m", kMega},
                                          {"mb", kMega},
                                          {"g", kGiga},
                                          {"gb", kGiga},
                                          {"t", kTera},
                                          {"tb", kTera},
                                          {"p", kPeta},
                                          {"pb", kPeta}});
  if (!bytes || *bytes < 0) return std::nullopt;
  return ByteSize{*bytes};
}

void ConfigEntry::refuse(std::string_view text, std::string_view form) const {
  throw IllegalArgument(std::string(name) + " is \"" + shorten(text) + "\", but must be " +
                        std::string(form));
}

void ConfigEntry::refuseLess(std::string_view text, std::int64_t minimum) const {
  std::string least = std::to_string(minimum);
  if (!unit.empty()) least.append(" ").append(unit);
  refuse(text, "at least " + least);
}

}  // namespace millrace
