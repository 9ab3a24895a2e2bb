#pragma once

#include <millrace/base/owned.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace millrace {

namespace core {

/// A number that orders as the floating-point number does in Java: all NaN alike and last, -0.0 before 0.0.
inline std::int64_t rankOf(double number) {
  if (number != number) number = std::numeric_limits<double>::quiet_NaN();
  const auto bits = std::bit_cast<std::int64_t>(number);
  return bits ^ ((bits >> 63) & std::numeric_limits<std::int64_t>::max());
}
inline std::int64_t rankOf(float number) { return rankOf(static_cast<double>(number)); }
inline std::tuple<bool, long double, bool> rankOf(long double number) {
  const bool isNaN = number != number;
  return {isNaN, isNaN ? 0 : number, !isNaN && !std::signbit(number)};
}

/// How records of type T compare: by their own `<` and `==`, where these mean what Java's `compare` and `equals` mean.
/// That is so for all types but floating-point numbers, and types of the standard library that hold some; for these it
/// is specialised below. `kIsNative` says which.
template <class T>
struct Natural {
  static constexpr bool kIsNative = true;

  static bool before(const T& a, const T& b) { return static_cast<bool>(a < b); }
  static bool equal(const T& a, const T& b) { return static_cast<bool>(a == b); }
  static std::weak_ordering compare(const T& a, const T& b) {
    if constexpr (std::three_way_comparable<T, std::weak_ordering>) {
      return a <=> b;
    } else {
      if (before(a, b)) return std::weak_ordering::less;
      return before(b, a) ? std::weak_ordering::greater : std::weak_ordering::equivalent;
    }
  }
};

template <class T>
using NaturalOf = Natural<std::remove_cvref_t<T>>;
template <class T>
concept HoldsFloats = !NaturalOf<T>::kIsNative;

/// What `compare` gives, as a bool, for types of which it is the only comparison.
template <class Self, class T>
struct ByCompare {
  static constexpr bool kIsNative = false;
  static bool before(const T& a, const T& b) { return Self::compare(a, b) < 0; }
};

template <std::floating_point T>
struct Natural<T> {
  static constexpr bool kIsNative = false;

  static bool before(T a, T b) { return rankOf(a) < rankOf(b); }
  static bool equal(T a, T b) { return rankOf(a) == rankOf(b); }
  static std::weak_ordering compare(T a, T b) { return before(b, a) <=> before(a, b); }
};

template <class A, class B>
  requires(HoldsFloats<A> || HoldsFloats<B>)
struct Natural<std::pair<A, B>> : ByCompare<Natural<std::pair<A, B>>, std::pair<A, B>> {
  using Pair = std::pair<A, B>;
  static bool equal(const Pair& a, const Pair& b) {
    return NaturalOf<A>::equal(a.first, b.first) && NaturalOf<B>::equal(a.second, b.second);
  }
  static std::weak_ordering compare(const Pair& a, const Pair& b) {
    const auto first = NaturalOf<A>::compare(a.first, b.first);
    return first != 0 ? first : NaturalOf<B>::compare(a.second, b.second);
  }
};

template <class... Ts>
  requires(HoldsFloats<Ts> || ...)
struct Natural<std::tuple<Ts...>> : ByCompare<Natural<std::tuple<Ts...>>, std::tuple<Ts...>> {
  using Tuple = std::tuple<Ts...>;
  static bool equal(const Tuple& a, const Tuple& b) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (NaturalOf<Ts>::equal(std::get<I>(a), std::get<I>(b)) && ...);
    }(std::index_sequence_for<Ts...>());
  }
  static std::weak_ordering compare(const Tuple& a, const Tuple& b) {
    auto order = std::weak_ordering::equivalent;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      static_cast<void>(
          ((order = NaturalOf<Ts>::compare(std::get<I>(a), std::get<I>(b)), order == 0) && ...));
    }(std::index_sequence_for<Ts...>());
    return order;
  }
};

/// Nothing is before everything.
template <HoldsFloats T>
struct Natural<std::optional<T>> : ByCompare<Natural<std::optional<T>>, std::optional<T>> {
  using Optional = std::optional<T>;
  static bool equal(const Optional& a, const Optional& b) {
    return a.has_value() == b.has_value() && (!a || NaturalOf<T>::equal(*a, *b));
  }
  static std::weak_ordering compare(const Optional& a, const Optional& b) {
    return a && b ? NaturalOf<T>::compare(*a, *b) : a.has_value() <=> b.has_value();
  }
};

/// By the place of the alternative that is held, then by its value.
template <class... Ts>
  requires(HoldsFloats<Ts> || ...)
struct Natural<std::variant<Ts...>> : ByCompare<Natural<std::variant<Ts...>>, std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;
  static bool equal(const Variant& a, const Variant& b) {
    if (a.index() != b.index()) return false;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((a.index() != I || NaturalOf<Ts>::equal(*std::get_if<I>(&a), *std::get_if<I>(&b))) && ...);
    }(std::index_sequence_for<Ts...>());
  }
  static std::weak_ordering compare(const Variant& a, const Variant& b) {
    std::weak_ordering order = (a.index() + 1) <=> (b.index() + 1);
    if (order != 0) return order;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((a.index() == I ? void(order = NaturalOf<Ts>::compare(*std::get_if<I>(&a), *std::get_if<I>(&b)))
                       : void()),
       ...);
    }(std::index_sequence_for<Ts...>());
    return order;
  }
};

/// Element by element; a beginning is before the whole.
template <class Range>
struct NaturalElements : ByCompare<NaturalElements<Range>, Range> {
  using Element = NaturalOf<std::ranges::range_value_t<Range>>;
  static bool equal(const Range& a, const Range& b) {
    auto left = std::ranges::begin(a), right = std::ranges::begin(b);
    for (; left != std::ranges::end(a) && right != std::ranges::end(b); ++left, ++right) {
      if (!Element::equal(*left, *right)) return false;
    }
    return left == std::ranges::end(a) && right == std::ranges::end(b);
  }
  static std::weak_ordering compare(const Range& a, const Range& b) {
    auto left = std::ranges::begin(a), right = std::ranges::begin(b);
    for (; left != std::ranges::end(a) && right != std::ranges::end(b); ++left, ++right) {
      const auto order = Element::compare(*left, *right);
      if (order != 0) return order;
    }
    return (left != std::ranges::end(a)) <=> (right != std::ranges::end(b));
  }
};

template <HoldsFloats T, std::size_t N>
struct Natural<std::array<T, N>> : NaturalElements<std::array<T, N>> {};

/// Vectors, deques, lists, sets and maps, whose elements have an order; a hashed container's do not.
template <template <class...> class C, class... Ts>
  requires std::ranges::forward_range<const C<Ts...>> && requires { typename C<Ts...>::allocator_type; } &&
           (!requires { typename C<Ts...>::hasher; }) && HoldsFloats<std::ranges::range_value_t<C<Ts...>>>
struct Natural<C<Ts...>> : NaturalElements<C<Ts...>> {};

/// How two types compare: as one type, by the operator of both, or in their owned form.
template <class A, class B>
concept BothFloats = std::floating_point<A> && std::floating_point<B>;
template <class A, class B>
concept OwnedAlike = !std::same_as<A, B> && std::same_as<owned_t<A>, owned_t<B>>;

template <class A, class B>
concept HasLess =
    !(HoldsFloats<A> && HoldsFloats<B> && !std::same_as<A, B>)&&requires(const A& a, const B& b) {
      { a < b } -> std::convertible_to<bool>;
    };
template <class A, class B>
concept HasEqual =
    !(HoldsFloats<A> && HoldsFloats<B> && !std::same_as<A, B>)&&requires(const A& a, const B& b) {
      { a == b } -> std::convertible_to<bool>;
    };

}  // namespace core

/// `a < b` as Java's `compare` has it, for every type with a `<`. It differs from `<` for floating-point numbers only,
/// alone or inside of pairs, tuples, optionals, variants and containers of the standard library: NaN equals NaN and comes
/// after all numbers, -0.0 comes before 0.0. So it orders all records, which `<` does not: what sorts by an order that is
/// none gives any order. Types of the program are compared by their own `<`. (Java: Double.compare)
struct NaturalLess {
  using is_transparent = void;

  template <class A, class B>
    requires(core::HasLess<A, B> || core::BothFloats<A, B> ||
             (core::OwnedAlike<A, B> && core::HasLess<owned_t<A>, owned_t<A>>))
  bool operator()(const A& a, const B& b) const {
    if constexpr (std::same_as<A, B>) {
      return core::Natural<A>::before(a, b);
    } else if constexpr (core::BothFloats<A, B>) {
      return core::Natural<std::common_type_t<A, B>>::before(a, b);
    } else if constexpr (core::HasLess<A, B>) {
      return a < b;
    } else {
      return core::Natural<owned_t<A>>::before(own(a), own(b));
    }
  }
};

/// The other way round.
struct NaturalGreater {
  using is_transparent = void;

  template <class A, class B>
    requires std::invocable<NaturalLess, const B&, const A&>
  bool operator()(const A& a, const B& b) const {
    return NaturalLess()(b, a);
  }
};

/// `a == b` as Java's `equals` has it: as NaturalLess sees numbers. Keys of tables match by it. Types of the program are
/// compared by their own `==`; one that is to find its NaN again compares its members with this. (Java: Double.equals)
struct NaturalEqual {
  using is_transparent = void;

  template <class A, class B>
    requires(core::HasEqual<A, B> || core::BothFloats<A, B> ||
             (core::OwnedAlike<A, B> && core::HasEqual<owned_t<A>, owned_t<A>>))
  bool operator()(const A& a, const B& b) const {
    if constexpr (std::same_as<A, B>) {
      return core::Natural<A>::equal(a, b);
    } else if constexpr (core::BothFloats<A, B>) {
      return core::Natural<std::common_type_t<A, B>>::equal(a, b);
    } else if constexpr (core::HasEqual<A, B>) {
      return a == b;
    } else {
      return core::Natural<owned_t<A>>::equal(own(a), own(b));
    }
  }
};

namespace core {

template <class Less, class T, template <class> class Standard>
inline constexpr bool kIsStandard = std::same_as<Less, Standard<void>> || std::same_as<Less, Standard<T>>;

/// What an order of records of type T runs as: the natural order for the names that the standard library has for `<` and
/// `>`, any other as it is.
template <class T, class Less>
auto orderFor(Less less) {
  if constexpr (kIsStandard<Less, T, std::less> || std::same_as<Less, std::ranges::less>) {
    return NaturalLess();
  } else if constexpr (kIsStandard<Less, T, std::greater> || std::same_as<Less, std::ranges::greater>) {
    return NaturalGreater();
  } else {
    return less;
  }
}

}  // namespace core

}  // namespace millrace
