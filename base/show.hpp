#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <ostream>
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
    } else {
      static_assert(Streamable<T>,
                    "records of this type cannot be printed: give it an operator<<(std::ostream&, const T&)");
      if constexpr (Streamable<T>) out << value;
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
    showText(out, "CompactBuffer(");
    std::string_view separator;
    for (const auto& value : values) {
      showText(out, std::exchange(separator, ", "));
      Shown<T>::write(out, value);
    }
    showText(out, ")");
  }
};

template <class... Ts>
struct Shown<std::variant<Ts...>> {
  static void write(std::ostream& out, const std::variant<Ts...>& value) {
    std::visit([&]<class T>(const T& held) { Shown<T>::write(out, held); }, value);
  }
};

}  // namespace core

/// Writes a record as Spark's print() and saveAsTextFile() show it: text as it is, `(a,1)` for pairs and
/// tuples, `Some(1)` and `None`, `CompactBuffer(1, 1)` for vectors, `true`, numbers as Java writes them
/// (`1.0`, `1.0E10`). A variant shows what it holds; any other type is written by its operator<<. Locales and
/// stream flags change nothing.
template <class T>
void show(std::ostream& out, const T& record) {
  core::Shown<T>::write(out, record);
}

}  // namespace millrace
