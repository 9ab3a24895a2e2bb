#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {

namespace core {

void showText(std::ostream& out, std::string_view text);
void showInteger(std::ostream& out, std::int64_t value);
void showInteger(std::ostream& out, std::uint64_t value);
void showFloating(std::ostream& out, float value);
void showFloating(std::ostream& out, double value);

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

template <class T>
inline constexpr bool kIsText = std::same_as<T, std::string> || std::same_as<T, std::string_view> ||
                                std::is_convertible_v<T, const char*>;

template <class T>
struct Shown;

template <class T>
struct IsArray : std::false_type {};
template <class T, std::size_t N>
struct IsArray<std::array<T, N>> : std::true_type {};

/// What Scala calls a collection of this kind.
template <class Range>
constexpr std::string_view collectionName() {
  if constexpr (requires { typename Range::mapped_type; }) {
    return "Map";
  } else if constexpr (requires { typename Range::key_type; }) {
    return "Set";
  } else {
    return IsArray<Range>::value ? "Array" : "List";
  }
}

template <class Range>
void showRange(std::ostream& out, std::string_view name, const Range& values) {
  showText(out, name);
  std::string_view separator = "(";
  for (const auto& value : values) {
    showText(out, std::exchange(separator, ", "));
    if constexpr (requires { typename Range::mapped_type; }) {
      Shown<typename Range::key_type>::write(out, value.first);
      showText(out, " -> ");
      Shown<typename Range::mapped_type>::write(out, value.second);
    } else {
      Shown<std::ranges::range_value_t<const Range>>::write(out, value);
    }
  }
  showText(out, separator == "(" ? "()" : ")");
}

template <class T>
struct Shown {
  static void write(std::ostream& out, const T& value) {
    if constexpr (kIsText<T>) {
      showText(out, value);
    } else if constexpr (std::same_as<T, bool>) {
      showText(out, value ? "true" : "false");
    } else if constexpr (std::same_as<T, char>) {
      showText(out, {&value, 1});
    } else if constexpr (std::signed_integral<T>) {
      showInteger(out, static_cast<std::int64_t>(value));
    } else if constexpr (std::unsigned_integral<T>) {
      showInteger(out, static_cast<std::uint64_t>(value));
    } else if constexpr (std::floating_point<T>) {
      showFloating(out, static_cast<std::conditional_t<std::same_as<T, float>, float, double>>(value));
    } else if constexpr (Streamable<T>) {
      out << value;
    } else if constexpr (std::is_enum_v<T>) {
      using Number =
          std::conditional_t<std::is_signed_v<std::underlying_type_t<T>>, std::int64_t, std::uint64_t>;
      showInteger(out, static_cast<Number>(value));
    } else if constexpr (std::ranges::input_range<const T>) {
      showRange(out, collectionName<T>(), value);
    } else {
      static_assert(Streamable<T>,
                    "records of this type cannot be printed: give it an operator<<(std::ostream&, const T&)");
    }
  }
};

template <class... Ts>
struct Shown<std::tuple<Ts...>> {
  static void write(std::ostream& out, const std::tuple<Ts...>& fields) {
    std::string_view separator = "(";
    const auto writeField = [&]<class T>(const T& field) {
      showText(out, std::exchange(separator, ","));
      Shown<T>::write(out, field);
    };
    std::apply([&](const Ts&... field) { (writeField(field), ...); }, fields);
    showText(out, sizeof...(Ts) == 0 ? "()" : ")");
  }
};

template <class A, class B>
struct Shown<std::pair<A, B>> {
  static void write(std::ostream& out, const std::pair<A, B>& both) {
    showText(out, "(");
    Shown<A>::write(out, both.first);
    showText(out, ",");
    Shown<B>::write(out, both.second);
    showText(out, ")");
  }
};

template <class T>
struct Shown<std::optional<T>> {
  static void write(std::ostream& out, const std::optional<T>& value) {
    if (!value) return showText(out, "None");
    showText(out, "Some(");
    Shown<T>::write(out, *value);
    showText(out, ")");
  }
};

template <class T>
struct Shown<std::vector<T>> {
  static void write(std::ostream& out, const std::vector<T>& values) {
    showRange(out, "CompactBuffer", values);
  }
};

template <class... Ts>
struct Shown<std::variant<Ts...>> {
  static void write(std::ostream& out, const std::variant<Ts...>& value) {
    std::visit([&]<class T>(const T& held) { Shown<T>::write(out, held); }, value);
  }
};

template <>
struct Shown<std::monostate> {
  static void write(std::ostream& out, std::monostate) { showText(out, "()"); }
};

}  // namespace core

/// Writes a record as Spark's print() and saveAsTextFile() show it: text as it is, `(a,1)` for pairs and
/// tuples, `Some(1)` and `None`, `CompactBuffer(1, 1)` for vectors, `Map(a -> 1, b -> 2)`, `Set(1, 2)`, `Array(1, 2)`,
/// `List(1, 2)` for other ranges, in the order in which they are read, `true`, numbers as Java writes them (`1.0`,
/// `1.0E10`). A variant shows what it holds. Any other type is written by its operator<<, and an enumeration without
/// one as its number. Locales and stream flags change nothing in all but what an operator<< writes.
template <class T>
void show(std::ostream& out, const T& record) {
  core::Shown<T>::write(out, record);
}

}  // namespace millrace
