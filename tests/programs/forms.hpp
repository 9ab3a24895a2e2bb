#pragma once

#include "program.hpp"

#include <millrace/base/hash.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::programs {

/// In what a program's records are carried while the engine has them. A form says of keys and of values how a whole number
/// becomes one (`carryKey`, `carryValue`) and is read from one again, and what of a record functions and operators are
/// shown (`show`). Larger numbers have larger keys and values in the natural order. Where a type cannot tell all numbers
/// apart, `fit` names the one that stands for a number's class: what is carried is read as that.
struct Integers {
  using Key = std::int64_t;
  using Value = std::int64_t;
  static Key carryKey(std::int64_t number) { return number; }
  static Value carryValue(std::int64_t number) { return number; }
  static std::int64_t read(std::int64_t number) { return number; }
  static const std::pair<Key, Value>& show(const std::pair<Key, Value>& record) { return record; }
  static Record fit(const Record& record) { return record; }
};

/// Numbers of 52 bits; 0 and 1 are the two zeros, and the greatest is NaN.
struct Doubles {
  using Key = double;
  using Value = double;
  static Key carryKey(std::int64_t number);
  static Value carryValue(std::int64_t number) { return carryKey(number); }
  static std::int64_t read(double number);
  static const std::pair<Key, Value>& show(const std::pair<Key, Value>& record) { return record; }
  static Record fit(const Record& record);
};

/// Keys are texts, which operators see as views, and values are true where a number is odd.
struct Texts {
  using Key = std::string;
  using Value = bool;
  static Key carryKey(std::int64_t number);
  static Value carryValue(std::int64_t number) { return (number & 1) != 0; }
  /// std::logic_error for a text that no number gives.
  static std::int64_t read(std::string_view text);
  static std::int64_t read(bool isOdd) { return isOdd ? 1 : 0; }
  static std::pair<std::string_view, bool> show(const std::pair<Key, Value>& record) { return record; }
  static Record fit(const Record& record) { return {record.first, record.second & 1}; }
};

/// A number and what follows from it, so that a damaged one shows.
struct Labelled {
  std::int64_t number = 0;
  std::string label;
  bool isOdd = false;
  friend auto operator<=>(const Labelled&, const Labelled&) = default;
};

struct Structs {
  using Key = Labelled;
  using Value = Labelled;
  static Key carryKey(std::int64_t number);
  static Value carryValue(std::int64_t number) { return carryKey(number); }
  /// std::logic_error where the label is not the number's.
  static std::int64_t read(const Labelled& labelled);
  static const std::pair<Key, Value>& show(const std::pair<Key, Value>& record) { return record; }
  static Record fit(const Record& record) { return record; }
};

/// The names of the forms, as programs say them.
inline constexpr const char* kForms[] = {"integers", "doubles", "texts", "structs"};

/// `fit` of the form of that name. std::invalid_argument if there is none.
Record fitted(std::string_view form, const Record& record);

}  // namespace millrace::programs

template <>
struct millrace::Hash<millrace::programs::Labelled> {
  std::uint64_t operator()(const millrace::programs::Labelled& labelled) const {
    return Hash<std::pair<std::int64_t, std::string>>()({labelled.number, labelled.label});
  }
};
