#pragma once

#include <boost/json.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace millrace::parity {

/// A value of the data file as one of the program's: numbers, texts, [key, value] as pairs, lists, null as "none".
template <class T>
struct FromJson {
  static T read(const boost::json::value& value) {
    if constexpr (std::integral<T>) {
      return static_cast<T>(value.as_int64());
    } else {
      return T(value.as_string());
    }
  }
};
template <class A, class B>
struct FromJson<std::pair<A, B>> {
  static std::pair<A, B> read(const boost::json::value& value) {
    return {FromJson<A>::read(value.as_array().at(0)), FromJson<B>::read(value.as_array().at(1))};
  }
};
template <class T>
struct FromJson<std::vector<T>> {
  static std::vector<T> read(const boost::json::value& value) {
    std::vector<T> all;
    for (const auto& element : value.as_array()) all.push_back(FromJson<T>::read(element));
    return all;
  }
};
template <class T>
struct FromJson<std::optional<T>> {
  static std::optional<T> read(const boost::json::value& value) {
    if (value.is_null()) return std::nullopt;
    return FromJson<T>::read(value);
  }
};
template <class T>
T fromJson(const boost::json::value& value) {
  return FromJson<T>::read(value);
}

template <class... Ts>
struct FromJson<std::variant<Ts...>> {
  static std::variant<Ts...> read(const boost::json::value& value) {
    if (value.is_string()) return FromJson<std::string>::read(value);
    return FromJson<std::int64_t>::read(value);
  }
};

}  // namespace millrace::parity
