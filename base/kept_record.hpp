#pragma once

#include <millrace/base/aggregate_fields.hpp>
#include <millrace/base/codec.hpp>
#include <millrace/base/hash.hpp>
#include <millrace/base/owned.hpp>

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

namespace millrace::core {

template <class T>
concept PartOfMatch = requires(const T& part) {
  typename T::string_type;
  part.matched;
};

/// Views of others' memory. A pointer is one where it points to text; other pointers are the business of whoever has them.
template <class T>
inline constexpr bool kShowsOthers =
    (std::ranges::view<T> && std::ranges::borrowed_range<T>) || std::is_same_v<T, const char*> ||
    std::is_same_v<T, char*> || kIsReference<T> || PartOfMatch<T>;
template <class First, class Last>
inline constexpr bool kShowsOthers<std::ranges::iota_view<First, Last>> = false;
template <class T>
inline constexpr bool kShowsOthers<std::ranges::empty_view<T>> = false;
template <class T>
inline constexpr bool kShowsOthers<std::initializer_list<T>> = true;

/// What a record is made of: the parts of pairs and their kin, the elements of containers, what a smart pointer holds.
template <class T>
struct RecordParts {};
template <class T>
  requires requires { typename ShapeOf<T>::Parts; }
struct RecordParts<T> {
  using type = typename ShapeOf<T>::Parts;
};
template <class T>
  requires Growing<T> || requires {
    typename T::allocator_type;
    typename T::value_type;
  }
struct RecordParts<T> {
  using type = std::tuple<ElementOf<T>>;
};
template <class T>
struct RecordParts<std::shared_ptr<T>> {
  using type = std::tuple<std::remove_const_t<T>>;
};
template <class T, class Delete>
struct RecordParts<std::unique_ptr<T, Delete>> {
  using type = std::tuple<std::remove_const_t<T>>;
};

/// Says where a type holds a view of others' memory: as the member of this number, from 1, of a struct (a base class
/// counts as one, an element of an array of C likewise). The struct is the view itself for a view that is no member.
template <class Struct, class Member, int kNumber>
struct ViewMember {
  static constexpr bool kIsThere = true;
};
/// The type of such a member where the struct cannot be taken apart to see it.
struct SomeView {};
struct NoView {
  static constexpr bool kIsThere = false;
};

template <class T, class... Around>
consteval auto findView();

/// Stands for a field that holds a view somewhere.
template <class... Around>
struct ViewField {
  template <class U>
    requires(decltype(findView<U, Around...>())::kIsThere)
  operator U() const {
    std::terminate();
  }
};
/// A field that takes this takes anything, such as a std::any.
struct StrangeField {};

template <class T, class Probe, std::size_t... Before, std::size_t... After>
consteval bool takesAsField(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires { T{AnyFieldAt<T, Before>()..., Probe(), AnyFieldAt<T, After>()...}; };
}

/// Aggregates are looked into up to so many values.
inline constexpr std::size_t kMostInitializers = 64;

/// How many values a braced list for an aggregate may have: as takesFields finds it, upwards, or where fields have no
/// default value, downwards.
template <class T, std::size_t N>
consteval std::size_t countInitializers() {
  if constexpr (std::is_default_constructible_v<T>) {
    if constexpr (N < kMostInitializers && takesFields<T>(std::make_index_sequence<N + 1>())) {
      return countInitializers<T, N + 1>();
    } else {
      return N;
    }
  } else if constexpr (N == 0 || takesFields<T>(std::make_index_sequence<N>())) {
    return N;
  } else {
    return countInitializers<T, N - 1>();
  }
}
template <class T>
consteval std::size_t initializerCount() {
  constexpr std::size_t kMost = sizeof(T) < kMostInitializers ? sizeof(T) : kMostInitializers;
  return countInitializers < T, std::is_default_constructible_v<T> ? 0 : kMost > ();
}

template <class T, std::size_t I, std::size_t N, class... Around>
consteval auto findViewField() {
  if constexpr (I == N) {
    return NoView();
  } else {
    constexpr std::make_index_sequence<I> kBefore;
    constexpr std::make_index_sequence<N - I - 1> kAfter;
    if constexpr (!takesAsField<T, ViewField<T, Around...>>(kBefore, kAfter) ||
                  takesAsField<T, StrangeField>(kBefore, kAfter)) {
      return findViewField<T, I + 1, N, Around...>();
    } else if constexpr (fieldCount<T>() < 0) {
      return ViewMember<T, SomeView, static_cast<int>(I) + 1>();
    } else {
      using Member = std::remove_cvref_t<std::tuple_element_t<I, FieldsOf<T>>>;
      if constexpr (kShowsOthers<Member>) {
        return ViewMember<T, Member, static_cast<int>(I) + 1>();
      } else {
        return findView<Member, T, Around...>();
      }
    }
  }
}

template <class... Around, class... Parts>
consteval auto findViewInParts(std::type_identity<std::tuple<Parts...>>) {
  auto firstOf = []<class First, class... Rest>(auto self, First found, Rest... rest) {
    if constexpr (First::kIsThere || sizeof...(Rest) == 0) {
      return found;
    } else {
      return self(self, rest...);
    }
  };
  return firstOf(firstOf, findView<std::remove_const_t<Parts>, Around...>()..., NoView());
}

/// The first view in T: a ViewMember, or NoView. Looks into the standard library's types and aggregates (of up to 64
/// values), not into classes with constructors. `Around` are the types that T is part of.
template <class T, class... Around>
consteval auto findView() {
  if constexpr ((std::is_same_v<T, Around> || ...)) {
    return NoView();
  } else if constexpr (kShowsOthers<T>) {
    return ViewMember<T, T, 0>();
  } else if constexpr (requires { typename RecordParts<T>::type; }) {
    return findViewInParts<T, Around...>(std::type_identity<typename RecordParts<T>::type>());
  } else if constexpr (std::is_class_v<T> && std::is_aggregate_v<T>) {
    return findViewField<T, 0, initializerCount<T>(), Around...>();
  } else {
    return NoView();
  }
}

/// A compile-time error if records hold a view, which names the struct, the view's type and its number among the members.
template <class Record, class View>
struct RecordWithoutViews {
  static_assert(
      !View::kIsThere,
      "records that an operator keeps must not hold a std::string_view, std::span or another view: hold a "
      "std::string (a std::vector) in its place, or specialise millrace::Owned for the struct. ViewMember "
      "says "
      "in which struct which view is which member, from 1");
};

/// Making one says that records of this type, owned, are kept beyond the chunk in which they came, when what views show is
/// gone. Operators that keep records make one as the first thing that their user's call instantiates, so that the error
/// leads to the user's line at once.
template <class Record>
using KeptRecord = RecordWithoutViews<Record, decltype(findView<Record>())>;

/// True if records of this type can be kept.
template <class Record>
inline constexpr bool kCanBeKept = !decltype(findView<Record>())::kIsThere;

/// True if a table can look up keys of this type. No concept: it would list in the error what it asks, and not the cure.
template <class Key>
inline constexpr bool kIsKey = HashableKey<Key>;

/// Making one says that a table looks up such keys, and keeps them and what else the view was looked for in.
template <class Key, class View = NoView>
struct TableKey {
  static_assert(
      kIsKey<Key>,
      "a key needs an equality and a hash: give its type `bool operator==(const T&) const = default;` and "
      "specialise millrace::Hash (or std::hash) for it, or use a std::string, a std::pair or a std::tuple");
  static_assert(
      !View::kIsThere,
      "pairs that an operator shuffles must not hold a std::string_view, std::span or another view: hold a "
      "std::string (a std::vector) in its place, or specialise millrace::Owned for the struct. ViewMember "
      "says "
      "in which struct which view is which member, from 1");
};

/// The same of records that are keys as they are.
template <class Key>
using KeptKey = TableKey<Key, decltype(findView<Key>())>;

}  // namespace millrace::core
