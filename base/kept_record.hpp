#pragma once

#include <millrace/base/aggregate_fields.hpp>
#include <millrace/base/codec.hpp>
#include <millrace/base/owned.hpp>

#include <cstddef>
#include <exception>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

namespace millrace::core {

template <class T>
inline constexpr bool kShowsOthers = std::ranges::view<T> && std::ranges::borrowed_range<T>;
template <class First, class Last>
inline constexpr bool kShowsOthers<std::ranges::iota_view<First, Last>> = false;
template <class T>
inline constexpr bool kShowsOthers<std::ranges::empty_view<T>> = false;

/// Says where a type holds a view of others' memory: as the member of this number, from 1, of a struct. The struct is the
/// view itself for a view that is no member.
template <class Struct, class Member, int kNumber>
struct ViewMember {
  static constexpr bool kIsThere = true;
};
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

template <class T, std::size_t I, std::size_t N, class... Around>
consteval auto findViewField() {
  if constexpr (I == N) {
    return NoView();
  } else {
    constexpr std::make_index_sequence<I> kBefore;
    constexpr std::make_index_sequence<N - I - 1> kAfter;
    if constexpr (takesAsField<T, ViewField<T, Around...>>(kBefore, kAfter) &&
                  !takesAsField<T, StrangeField>(kBefore, kAfter)) {
      using Member = std::remove_reference_t<std::tuple_element_t<I, FieldsOf<T>>>;
      constexpr auto kInside = findView<Member, T, Around...>();
      if constexpr (kShowsOthers<Member>) {
        return ViewMember<T, Member, static_cast<int>(I) + 1>();
      } else {
        return kInside;
      }
    } else {
      return findViewField<T, I + 1, N, Around...>();
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

/// The first view in T: a ViewMember, or NoView. Looks into the standard library's types and plain structs (of up to 20
/// fields, without base class and array of C), not into classes. `Around` are the types that T is part of.
template <class T, class... Around>
consteval auto findView() {
  if constexpr ((std::is_same_v<T, Around> || ...)) {
    return NoView();
  } else if constexpr (kShowsOthers<T>) {
    return ViewMember<T, T, 0>();
  } else if constexpr (requires { typename ShapeOf<T>::Parts; }) {
    return findViewInParts<T, Around...>(std::type_identity<typename ShapeOf<T>::Parts>());
  } else if constexpr (Growing<T>) {
    return findViewInParts<T, Around...>(std::type_identity<std::tuple<ElementOf<T>>>());
  } else if constexpr (std::is_aggregate_v<T> && fieldCount<T>() > 0) {
    return findViewField<T, 0, static_cast<std::size_t>(fieldCount<T>()), Around...>();
  } else {
    return NoView();
  }
}

template <class Record, class View>
struct RecordWithoutViews {};

template <class Record, class Struct, class View, int kMember>
struct RecordWithoutViews<Record, ViewMember<Struct, View, kMember>> {
  static_assert(
      kMember < 0,
      "records that an operator keeps must not hold a std::string_view, std::span or another view: hold a "
      "std::string (a std::vector) in its place, or specialise millrace::Owned for the struct. ViewMember "
      "says "
      "in which struct which view is which member, from 1");
};

/// Making one says that records of this type, owned, are kept beyond the chunk in which they came. It is a compile-time
/// error for a type that holds a view, since what the view shows is gone by then: the error names the struct, the view's
/// type and its number among the members. Operators that keep records make one where their user will see the error.
template <class Record>
struct KeptRecord : RecordWithoutViews<Record, decltype(findView<Record>())> {};

/// True if records of this type can be kept.
template <class Record>
inline constexpr bool kCanBeKept = !decltype(findView<Record>())::kIsThere;

}  // namespace millrace::core
