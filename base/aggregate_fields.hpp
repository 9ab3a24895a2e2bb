#pragma once

#include <cstddef>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Structs with more fields than this are not taken apart.
inline constexpr int kMostFields = 20;

/// Stands for any field in a probe such as `T{AnyField<T>()}`, which is never run. It does not convert to T itself: the probe would take a
/// copy of T for its first field.
template <class T>
struct AnyField {
  template <class U>
    requires(!std::is_same_v<U, T>)
  operator U() const {
    std::terminate();
  }
};
template <class T>
struct BaseOnly {
  template <class U>
    requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>)
  operator U() const {
    std::terminate();
  }
};

template <class T, std::size_t>
using AnyFieldAt = AnyField<T>;

template <class T, std::size_t... Is>
consteval bool takesFields(std::index_sequence<Is...>) {
  return requires { T{AnyFieldAt<T, Is>()...}; };
}
template <class T, std::size_t... Before, std::size_t... After>
consteval bool takesTwoInOne(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires {
    T{AnyFieldAt<T, Before>()..., {AnyField<T>(), AnyField<T>()}, AnyFieldAt<T, After>()...};
  };
}

template <class T, int N>
consteval int countFields() {
  if constexpr (N > kMostFields) {
    return N;
  } else if constexpr (takesFields<T>(std::make_index_sequence<N + 1>())) {
    return countFields<T, N + 1>();
  } else {
    return N;
  }
}

/// True if field `I` is an array of C: braces may be left out around its elements, so each would pass for a field.
template <class T, std::size_t I, std::size_t N>
consteval bool isArrayField() {
  return takesTwoInOne<T>(std::make_index_sequence<I>(), std::index_sequence<>()) &&
         !takesTwoInOne<T>(std::make_index_sequence<I>(), std::make_index_sequence<N - I - 1>());
}
template <class T, std::size_t... Is>
consteval bool hasArrayField(std::index_sequence<Is...>) {
  return (isArrayField<T, Is, sizeof...(Is)>() || ...);
}

/// How many fields a plain struct has; -1 where they cannot be found: T is no aggregate, has base classes, arrays of C
/// or more than kMostFields fields, or has no default value.
template <class T>
consteval int fieldCount() {
  if constexpr (!std::is_aggregate_v<T> || std::is_array_v<T> || std::is_union_v<T> ||
                !std::is_default_constructible_v<T>) {
    return -1;
  } else if constexpr (requires { T{BaseOnly<T>()}; }) {
    return -1;
  } else {
    constexpr int kCount = countFields<T, 0>();
    if constexpr (kCount > kMostFields || (kCount == 0 && !std::is_empty_v<T>)) {
      return -1;
    } else {
      return hasArrayField<T>(std::make_index_sequence<static_cast<std::size_t>(kCount)>()) ? -1 : kCount;
    }
  }
}

/// References to the fields of a struct for which fieldCount is not -1.
template <class T>
auto fieldsOf(T& record) {
  constexpr int kCount = fieldCount<std::remove_const_t<T>>();
  if constexpr (kCount == 0) {
    return std::tuple<>();
  } else if constexpr (kCount == 1) {
    auto& [f0] = record;
    return std::tie(f0);
  } else if constexpr (kCount == 2) {
    auto& [f0, f1] = record;
    return std::tie(f0, f1);
  } else if constexpr (kCount == 3) {
    auto& [f0, f1, f2] = record;
    return std::tie(f0, f1, f2);
  } else if constexpr (kCount == 4) {
    auto& [f0, f1, f2, f3] = record;
    return std::tie(f0, f1, f2, f3);
  } else if constexpr (kCount == 5) {
    auto& [f0, f1, f2, f3, f4] = record;
    return std::tie(f0, f1, f2, f3, f4);
  } else if constexpr (kCount == 6) {
    auto& [f0, f1, f2, f3, f4, f5] = record;
    return std::tie(f0, f1, f2, f3, f4, f5);
  } else if constexpr (kCount == 7) {
    auto& [f0, f1, f2, f3, f4, f5, f6] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6);
  } else if constexpr (kCount == 8) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7);
  } else if constexpr (kCount == 9) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8);
  } else if constexpr (kCount == 10) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9);
  } else if constexpr (kCount == 11) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10);
  } else if constexpr (kCount == 12) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11);
  } else if constexpr (kCount == 13) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12);
  } else if constexpr (kCount == 14) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13);
  } else if constexpr (kCount == 15) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14);
  } else if constexpr (kCount == 16) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15);
  } else if constexpr (kCount == 17) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16);
  } else if constexpr (kCount == 18) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17);
  } else if constexpr (kCount == 19) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18);
  } else if constexpr (kCount == 20) {
    auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19] = record;
    return std::tie(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18, f19);
  }
}

template <class T>
using FieldsOf = decltype(fieldsOf(std::declval<T&>()));

}  // namespace millrace::core
