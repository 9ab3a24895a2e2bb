#pragma once

#include <millrace/base/in_place.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

/// Names the form of a record that borrows nothing, and makes it. Every boundary that keeps records (shuffle, cache,
/// collect, window, a queue between threads) owns them first. Users may specialise it for their own view types.
///
/// `assign` writes into an existing owned record and reuses its memory; it must equal `to = own(from)`.
template <class T>
struct Owned {
  using type = T;
  static const T& own(const T& record) { return record; }
  static void assign(T& to, const T& from) { to = from; }
};

template <class T>
using owned_t = typename Owned<T>::type;

/// True if a record of this type already borrows nothing.
template <class T>
inline constexpr bool kIsOwned = std::is_same_v<owned_t<T>, T>;

/// The owned form of `record`: itself where it borrows nothing, else a copy.
template <class T>
decltype(auto) own(const T& record) {
  return Owned<T>::own(record);
}

template <>
struct Owned<std::string_view> {
  using type = std::string;
  static std::string own(std::string_view text) { return std::string(text); }
  static void assign(std::string& to, std::string_view from) { to.assign(from); }
};

/// A const part of a record, such as the key in an element of a map, is an ordinary member of the owned record.
template <class T>
struct Owned<const T> : Owned<T> {};

template <class A, class B>
  requires(!kIsOwned<A> || !kIsOwned<B>)
struct Owned<std::pair<A, B>> {
  using type = std::pair<owned_t<A>, owned_t<B>>;
  static type own(const std::pair<A, B>& record) {
    return type(core::inPlace([&]() -> decltype(auto) { return Owned<A>::own(record.first); }),
                core::inPlace([&]() -> decltype(auto) { return Owned<B>::own(record.second); }));
  }
  static void assign(type& to, const std::pair<A, B>& from) {
    Owned<A>::assign(to.first, from.first);
    Owned<B>::assign(to.second, from.second);
  }
};

template <class... Ts>
  requires(!(kIsOwned<Ts> && ...))
struct Owned<std::tuple<Ts...>> {
  using type = std::tuple<owned_t<Ts>...>;
  static type own(const std::tuple<Ts...>& record) {
    return std::apply([](const Ts&... fields) { return type(Owned<Ts>::own(fields)...); }, record);
  }
  static void assign(type& to, const std::tuple<Ts...>& from) { to = own(from); }
};

template <class T>
  requires(!kIsOwned<T>)
struct Owned<std::optional<T>> {
  using type = std::optional<owned_t<T>>;
  static type own(const std::optional<T>& record) { return record ? type(Owned<T>::own(*record)) : type(); }
  static void assign(type& to, const std::optional<T>& from) { to = own(from); }
};

template <class T>
  requires(!kIsOwned<T>)
struct Owned<std::vector<T>> {
  using type = std::vector<owned_t<T>>;
  static type own(const std::vector<T>& records) {
    type owned;
    owned.reserve(records.size());
    for (const T& record : records) owned.push_back(Owned<T>::own(record));
    return owned;
  }
  static void assign(type& to, const std::vector<T>& from) { to = own(from); }
};

}  // namespace millrace
