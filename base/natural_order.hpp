#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {

namespace core {

/// True for types whose `<` and `==` compare floating-point numbers, seen through the standard library's types.
template <class T>
inline constexpr bool kComparesFloats = std::floating_point<T>;
template <class T>
inline constexpr bool kComparesFloats<const T> = kComparesFloats<T>;
template <class A, class B>
inline constexpr bool kComparesFloats<std::pair<A, B>> = kComparesFloats<A> || kComparesFloats<B>;
template <class... Ts>
inline constexpr bool kComparesFloats<std::tuple<Ts...>> = (kComparesFloats<Ts> || ...);
template <class... Ts>
inline constexpr bool kComparesFloats<std::variant<Ts...>> = (kComparesFloats<Ts> || ...);
template <class T>
inline constexpr bool kComparesFloats<std::optional<T>> = kComparesFloats<T>;
template <class T>
inline constexpr bool kComparesFloats<std::vector<T>> = kComparesFloats<T>;
template <class T, std::size_t N>
inline constexpr bool kComparesFloats<std::array<T, N>> = kComparesFloats<T>;

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

}  // namespace core

/// `a < b` as Java's `compare` has it, for every type with a `<`. It differs from `<` for floating-point numbers only,
/// alone or inside of pairs, tuples, optionals, vectors, arrays and variants: NaN equals NaN and comes after all numbers,
/// -0.0 comes before 0.0. So it orders all records, which `<` does not: what sorts by an order that is none loses records.
/// Types of the program are compared by their own `<`. (Java: Double.compare)
struct NaturalLess {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const;
};

/// The other way round.
struct NaturalGreater {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return NaturalLess()(b, a);
  }
};

/// `a == b` as Java's `equals` has it: as NaturalLess sees numbers. Keys of tables match by it. (Java: Double.equals)
struct NaturalEqual {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const;
};

namespace core {

/// How the parts of composed records are compared: in turn, the first that differs decides.
struct OrderOfParts {
  template <class A, class B, class C, class D>
  static bool less(const std::pair<A, B>& a, const std::pair<C, D>& b) {
    return less(std::tie(a.first, a.second), std::tie(b.first, b.second));
  }
  template <class... As, class... Bs>
  static bool less(const std::tuple<As...>& a, const std::tuple<Bs...>& b) {
    return lessFrom<0>(a, b);
  }
  template <class A, class B>
  static bool less(const std::optional<A>& a, const std::optional<B>& b) {
    return b && (!a || NaturalLess()(*a, *b));
  }
  template <class A, class B>
  static bool less(const std::vector<A>& a, const std::vector<B>& b) {
    return lessRange(a, b);
  }
  template <class A, class B, std::size_t N>
  static bool less(const std::array<A, N>& a, const std::array<B, N>& b) {
    return lessRange(a, b);
  }
  template <class... As, class... Bs>
  static bool less(const std::variant<As...>& a, const std::variant<Bs...>& b) {
    if (a.index() != b.index()) return a.index() + 1 < b.index() + 1;
    return sameAlternative<0>(a, b, NaturalLess(), false);
  }

  template <class A, class B, class C, class D>
  static bool equal(const std::pair<A, B>& a, const std::pair<C, D>& b) {
    return NaturalEqual()(a.first, b.first) && NaturalEqual()(a.second, b.second);
  }
  template <class... As, class... Bs>
  static bool equal(const std::tuple<As...>& a, const std::tuple<Bs...>& b) {
    return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
      return (NaturalEqual()(std::get<Is>(a), std::get<Is>(b)) && ...);
    }(std::index_sequence_for<As...>());
  }
  template <class A, class B>
  static bool equal(const std::optional<A>& a, const std::optional<B>& b) {
    return a.has_value() == b.has_value() && (!a || NaturalEqual()(*a, *b));
  }
  template <class A, class B>
  static bool equal(const std::vector<A>& a, const std::vector<B>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), NaturalEqual());
  }
  template <class A, class B, std::size_t N>
  static bool equal(const std::array<A, N>& a, const std::array<B, N>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), NaturalEqual());
  }
  template <class... As, class... Bs>
  static bool equal(const std::variant<As...>& a, const std::variant<Bs...>& b) {
    return a.index() == b.index() && sameAlternative<0>(a, b, NaturalEqual(), true);
  }

 private:
  template <std::size_t I, class A, class B>
  static bool lessFrom(const A& a, const B& b) {
    if constexpr (I == std::tuple_size_v<A>) {
      return false;
    } else {
      if (NaturalLess()(std::get<I>(a), std::get<I>(b))) return true;
      if (NaturalLess()(std::get<I>(b), std::get<I>(a))) return false;
      return lessFrom<I + 1>(a, b);
    }
  }
  template <class A, class B>
  static bool lessRange(const A& a, const B& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), NaturalLess());
  }
  /// Compares what two variants of the same index hold; `whenEmpty` for two that lost their value to an exception.
  template <std::size_t I, class A, class B, class Compare>
  static bool sameAlternative(const A& a, const B& b, Compare compare, bool whenEmpty) {
    if constexpr (I == std::variant_size_v<A>) {
      return whenEmpty;
    } else {
      if (a.index() == I) return compare(*std::get_if<I>(&a), *std::get_if<I>(&b));
      return sameAlternative<I + 1>(a, b, compare, whenEmpty);
    }
  }
};

template <class Less>
struct OrderFor {
  static Less of(Less less) { return less; }
};
template <class T>
struct OrderFor<std::less<T>> {
  static NaturalLess of(std::less<T>) { return {}; }
};
template <class T>
struct OrderFor<std::greater<T>> {
  static NaturalGreater of(std::greater<T>) { return {}; }
};

/// The order that a program means by `less`: std::less and std::greater mean the natural order.
template <class Less>
auto orderFor(Less less) {
  return OrderFor<Less>::of(std::move(less));
}

}  // namespace core

template <class A, class B>
bool NaturalLess::operator()(const A& a, const B& b) const {
  if constexpr (std::floating_point<A> && std::floating_point<B>) {
    using Wider = decltype(a + b);
    return core::rankOf(static_cast<Wider>(a)) < core::rankOf(static_cast<Wider>(b));
  } else if constexpr (core::kComparesFloats<A> && core::kComparesFloats<B>) {
    return core::OrderOfParts::less(a, b);
  } else {
    return a < b;
  }
}

template <class A, class B>
bool NaturalEqual::operator()(const A& a, const B& b) const {
  if constexpr (std::floating_point<A> && std::floating_point<B>) {
    using Wider = decltype(a + b);
    return core::rankOf(static_cast<Wider>(a)) == core::rankOf(static_cast<Wider>(b));
  } else if constexpr (core::kComparesFloats<A> && core::kComparesFloats<B>) {
    return core::OrderOfParts::equal(a, b);
  } else {
    return a == b;
  }
}

}  // namespace millrace
