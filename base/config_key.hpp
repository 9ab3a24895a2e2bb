#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// A number of bytes.
struct ByteSize {
  std::int64_t bytes = 0;
  auto operator<=>(const ByteSize&) const = default;
};

/// How settings of type T are written: `kForm` completes the sentence "must be ...", `parse` gives nothing
/// for a text that has another form. Specialised for enumerations next to them.
template <class T>
struct ConfigType;

template <>
struct ConfigType<bool> {
  static constexpr std::string_view kForm = "true or false";
  static std::optional<bool> parse(std::string_view text);
};

template <>
struct ConfigType<int> {
  static constexpr std::string_view kForm = "a whole number";
  static std::optional<int> parse(std::string_view text);
};

template <>
struct ConfigType<std::int64_t> {
  static constexpr std::string_view kForm = "a whole number";
  static std::optional<std::int64_t> parse(std::string_view text);
};

template <>
struct ConfigType<double> {
  static constexpr std::string_view kForm = "a number such as 0.2";
  static std::optional<double> parse(std::string_view text);
};

template <>
struct ConfigType<std::string> {
  static constexpr std::string_view kForm = "a text";
  static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
};

/// With the suffix us, ms, s, m, min, h or d; a bare number is milliseconds.
template <>
struct ConfigType<std::chrono::milliseconds> {
  static constexpr std::string_view kForm = "a length of time such as 200ms, 60s or 2m";
  static std::optional<std::chrono::milliseconds> parse(std::string_view text);
};

/// With the suffix b, k, m, g, t or p (or kb ...) in powers of 1024; a bare number is bytes.
template <>
struct ConfigType<ByteSize> {
  static constexpr std::string_view kForm = "a number of bytes such as 4096, 64k or 1m";
  static std::optional<ByteSize> parse(std::string_view text);
};

/// A setting without its type.
class ConfigEntry {
 public:
  constexpr ConfigEntry(std::string_view entryName, std::string_view entryMeaning, std::string_view entryUnit,
                        std::string_view entryDefault)
      : name(entryName), meaning(entryMeaning), unit(entryUnit), defaultText(entryDefault) {}

  /// IllegalArgument, naming the key and the cure, when `text` is no value of it.
  virtual void check(std::string_view text) const = 0;

  const std::string_view name;         ///< Spark's, where Spark has it
  const std::string_view meaning;      ///< one line
  const std::string_view unit;         ///< of a bare number; empty where there is none
  const std::string_view defaultText;  ///< empty: unset

 protected:
  constexpr ~ConfigEntry() = default;
  [[noreturn]] void refuse(std::string_view text, std::string_view form) const;
  [[noreturn]] void refuseLess(std::string_view text, std::int64_t minimum) const;
};

/// A setting as a constant of the program that knows the type, so that no code reads it as another one.
template <class T>
class ConfigKey final : public ConfigEntry {
 public:
  constexpr ConfigKey(std::string_view entryName, std::string_view entryMeaning, std::string_view entryUnit,
                      std::string_view entryDefault, std::int64_t minimum = kNoMinimum)
      : ConfigEntry(entryName, entryMeaning, entryUnit, entryDefault), minimum_(minimum) {}

  /// IllegalArgument, naming the key and the cure, when `text` is no value of it.
  T parse(std::string_view text) const {
    std::optional<T> value = ConfigType<T>::parse(text);
    if (!value) refuse(text, ConfigType<T>::kForm);
    if (minimum_ != kNoMinimum && magnitude(*value) < minimum_) refuseLess(text, minimum_);
    return *std::move(value);
  }

  void check(std::string_view text) const override { (void)parse(text); }

 private:
  static constexpr std::int64_t kNoMinimum = std::numeric_limits<std::int64_t>::min();

  static std::int64_t magnitude(const T& value) {
    if constexpr (std::integral<T>) return value;
    if constexpr (std::same_as<T, std::chrono::milliseconds>) return value.count();
    if constexpr (std::same_as<T, ByteSize>) return value.bytes;
    return kNoMinimum;
  }

  std::int64_t minimum_;
};

}  // namespace millrace
