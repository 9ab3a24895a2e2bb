#pragma once

#include <millrace/base/in_place.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {

/// Names the form of a record that borrows nothing, and makes it. Every boundary that keeps records (shuffle, cache,
/// collect, window, a queue between threads) owns them first. Texts (std::string_view, const char*) become std::string,
/// a span becomes a vector, and the standard library's containers, pairs, tuples, optionals, arrays and variants are owned
/// member by member. Users may specialise it for their own view types, with these members:
///   - `type`, the owned form, which converts to T: a view of it;
///   - `own(record)` makes it;
///   - `assign(to, from)` writes into an existing owned record and reuses its memory; it must equal `to = own(from)`;
///   - `show(owned)`, if a conversion cannot do it, makes the view of an owned record.
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

namespace core {

/// A record of T that shows what an owned record holds: what `own` made of it, seen as it was. It is a copy where T owns.
template <class T>
T showOwned(const owned_t<T>& owned) {
  if constexpr (requires { Owned<T>::show(owned); }) {
    return Owned<T>::show(owned);
  } else {
    return static_cast<T>(owned);
  }
}

/// The owned form of a container of views: the same container of their owned forms, with its usual order or hash.
template <class C>
struct OwnedContainer {};
template <class T>
struct OwnedContainer<std::vector<T>> {
  using type = std::vector<owned_t<T>>;
};
template <class T>
struct OwnedContainer<std::deque<T>> {
  using type = std::deque<owned_t<T>>;
};
template <class T>
struct OwnedContainer<std::list<T>> {
  using type = std::list<owned_t<T>>;
};
template <class T>
struct OwnedContainer<std::set<T>> {
  using type = std::set<owned_t<T>>;
};
template <class T>
struct OwnedContainer<std::multiset<T>> {
  using type = std::multiset<owned_t<T>>;
};
template <class T>
struct OwnedContainer<std::unordered_set<T>> {
  using type = std::unordered_set<owned_t<T>>;
};
template <class K, class V>
struct OwnedContainer<std::map<K, V>> {
  using type = std::map<owned_t<K>, owned_t<V>>;
};
template <class K, class V>
struct OwnedContainer<std::multimap<K, V>> {
  using type = std::multimap<owned_t<K>, owned_t<V>>;
};
template <class K, class V>
struct OwnedContainer<std::unordered_map<K, V>> {
  using type = std::unordered_map<owned_t<K>, owned_t<V>>;
};

template <class C>
concept ContainerOfViews =
    requires { typename OwnedContainer<C>::type; } && !kIsOwned<typename C::value_type>;

}  // namespace core

template <>
struct Owned<std::string_view> {
  using type = std::string;
  static std::string own(std::string_view text) { return std::string(text); }
  static void assign(std::string& to, std::string_view from) { to.assign(from); }
};

/// A text that ends with a zero; the null pointer is the empty text.
template <>
struct Owned<const char*> {
  using type = std::string;
  static std::string own(const char* text) { return text == nullptr ? std::string() : std::string(text); }
  static void assign(std::string& to, const char* from) { to = own(from); }
  static const char* show(const std::string& owned) { return owned.c_str(); }
};

template <class T>
  requires(kIsOwned<std::remove_const_t<T>>)
struct Owned<std::span<T>> {
  using type = std::vector<std::remove_const_t<T>>;
  static type own(std::span<T> records) { return type(records.begin(), records.end()); }
  static void assign(type& to, std::span<T> from) { to.assign(from.begin(), from.end()); }
  static std::span<T> show(const type& owned) {
    return std::span<T>(const_cast<std::remove_const_t<T>*>(owned.data()), owned.size());
  }
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
  static std::pair<A, B> show(const type& owned) {
    return std::pair<A, B>(core::showOwned<A>(owned.first), core::showOwned<B>(owned.second));
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
  static std::tuple<Ts...> show(const type& owned) {
    return std::apply(
        [](const owned_t<Ts>&... fields) { return std::tuple<Ts...>(core::showOwned<Ts>(fields)...); },
        owned);
  }
};

template <class T>
  requires(!kIsOwned<T>)
struct Owned<std::optional<T>> {
  using type = std::optional<owned_t<T>>;
  static type own(const std::optional<T>& record) { return record ? type(Owned<T>::own(*record)) : type(); }
  static void assign(type& to, const std::optional<T>& from) { to = own(from); }
  static std::optional<T> show(const type& owned) {
    return owned ? std::optional<T>(core::showOwned<T>(*owned)) : std::nullopt;
  }
};

template <class... Ts>
  requires(!(kIsOwned<Ts> && ...))
struct Owned<std::variant<Ts...>> {
  using type = std::variant<owned_t<Ts>...>;
  static type own(const std::variant<Ts...>& record) {
    return eachAlternative<type>(record, [](auto place, const auto& held) {
      return type(place, Owned<std::decay_t<decltype(held)>>::own(held));
    });
  }
  static void assign(type& to, const std::variant<Ts...>& from) { to = own(from); }
  static std::variant<Ts...> show(const type& owned) {
    return eachAlternative<std::variant<Ts...>>(owned, [](auto place, const auto& held) {
      using T = std::variant_alternative_t<numberOf(place), std::variant<Ts...>>;
      return std::variant<Ts...>(place, core::showOwned<T>(held));
    });
  }

 private:
  template <std::size_t I>
  static constexpr std::size_t numberOf(std::in_place_index_t<I>) {
    return I;
  }
  template <class To, std::size_t I = 0, class From, class Make>
  static To eachAlternative(const From& from, const Make& make) {
    if constexpr (I + 1 < sizeof...(Ts)) {
      if (from.index() != I) return eachAlternative<To, I + 1>(from, make);
    }
    return make(std::in_place_index<I>, std::get<I>(from));
  }
};

template <class T, std::size_t N>
  requires(!kIsOwned<T>)
struct Owned<std::array<T, N>> {
  using type = std::array<owned_t<T>, N>;
  static type own(const std::array<T, N>& records) {
    return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
      return type{Owned<T>::own(records[Is])...};
    }(std::make_index_sequence<N>());
  }
  static void assign(type& to, const std::array<T, N>& from) {
    for (std::size_t i = 0; i < N; ++i) Owned<T>::assign(to[i], from[i]);
  }
  static std::array<T, N> show(const type& owned) {
    return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
      return std::array<T, N>{core::showOwned<T>(owned[Is])...};
    }(std::make_index_sequence<N>());
  }
};

template <core::ContainerOfViews C>
struct Owned<C> {
  using type = typename core::OwnedContainer<C>::type;
  using Element = typename C::value_type;
  static type own(const C& records) {
    type owned;
    for (const Element& record : records) owned.insert(owned.end(), Owned<Element>::own(record));
    return owned;
  }
  static void assign(type& to, const C& from) { to = own(from); }
  static C show(const type& owned) {
    C shown;
    for (const auto& record : owned) shown.insert(shown.end(), showElement(record));
    return shown;
  }

 private:
  static Element showElement(const typename type::value_type& record) {
    if constexpr (requires { typename C::mapped_type; }) {
      return Element(core::showOwned<typename C::key_type>(record.first),
                     core::showOwned<typename C::mapped_type>(record.second));
    } else {
      return core::showOwned<Element>(record);
    }
  }
};

}  // namespace millrace
