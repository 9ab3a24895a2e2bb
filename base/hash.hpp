#pragma once

#include <millrace/base/natural_order.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace millrace {

/// Hashes of keys: keys that are equal give equal hashes (a view and the string it shows included, and -0.0 and 0.0,
/// which are equal by the `==` of structs though not by NaturalEqual), every bit depends on every input bit, and the
/// values are the same in every process of the same binary. Specialise `Hash<T>` for a key type of your own, or give it
/// a `std::hash`.
template <class T>
struct Hash;

namespace core {

/// Folds the 128-bit product: the fastest full avalanche on 64-bit machines.
inline std::uint64_t mixBits(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t kHashSeed = 0x9e3779b97f4a7c15u;
inline constexpr std::uint64_t kHashSecond = 0xd6e8feb86659fd93u;
inline constexpr std::uint64_t kHashThird = 0xa0761d6478bd642fu;

inline std::uint64_t hashWord(std::uint64_t word) { return mixBits(word ^ kHashSeed, kHashSecond); }
inline std::uint64_t hashCombine(std::uint64_t seed, std::uint64_t hash) {
  return mixBits(seed ^ kHashThird, hash ^ kHashSecond);
}

std::uint64_t hashLongBytes(const char* bytes, std::size_t size);

/// Hash of a text of at most 12 bytes from its two zero-padded words: the form in which tables hold short keys.
inline std::uint64_t hashShortText(std::uint64_t low, std::uint64_t high) {
  return mixBits(low ^ kHashSeed, high ^ kHashSecond);
}

/// Which partition a hash belongs to. It must not follow the bits by which the tables place their entries (the high
/// ones): a partition would then hold keys of one region only, and merging it would be ten times slower.
inline int partitionOfHash(std::uint64_t hash, int partitions) {
  std::uint64_t remixed = (hash * kHashThird) ^ (hash >> 29);
  return static_cast<int>(((remixed & 0xffffffffu) * static_cast<std::uint64_t>(partitions)) >> 32);
}

}  // namespace core

template <class T>
  requires(std::integral<T> || std::is_enum_v<T>)
struct Hash<T> {
  std::uint64_t operator()(T key) const { return core::hashWord(static_cast<std::uint64_t>(key)); }
};

template <std::floating_point T>
struct Hash<T> {
  std::uint64_t operator()(T key) const {
    const double number = key == T(0) ? 0.0 : static_cast<double>(key);
    return core::hashWord(static_cast<std::uint64_t>(core::rankOf(number)));
  }
};

template <class T>
  requires(std::is_convertible_v<const T&, std::string_view> && !std::is_pointer_v<T>)
struct Hash<T> {
  std::uint64_t operator()(std::string_view text) const {
    return core::hashLongBytes(text.data(), text.size());
  }
};

namespace core {

/// Types whose parts are hashed one by one although they have a std::hash, which may tell equal NaN apart.
template <class T>
inline constexpr bool kHashesParts = false;
template <class T>
inline constexpr bool kHashesParts<std::optional<T>> = true;
template <class... Ts>
inline constexpr bool kHashesParts<std::variant<Ts...>> = true;

}  // namespace core

template <class T>
concept HasStdHash =
    !core::kHashesParts<T> && !std::integral<T> && !std::floating_point<T> && !std::is_enum_v<T> &&
    !std::is_convertible_v<const T&, std::string_view> && requires(const T& key) {
      { std::hash<T>{}(key) } -> std::convertible_to<std::size_t>;
    };

template <HasStdHash T>
struct Hash<T> {
  std::uint64_t operator()(const T& key) const { return core::hashWord(std::hash<T>{}(key)); }
};

namespace core {

/// The compiler quotes the line of this that fails, so it says the cure.
template <class T>
concept HasHash = requires(const T& key) {
  { Hash<T>{}(key) } -> std::convertible_to<std::uint64_t>;  // specialise millrace::Hash for the key
};

}  // namespace core

template <core::HasHash A, core::HasHash B>
struct Hash<std::pair<A, B>> {
  std::uint64_t operator()(const std::pair<A, B>& key) const {
    return core::hashCombine(Hash<A>{}(key.first), Hash<B>{}(key.second));
  }
};

template <core::HasHash... Ts>
struct Hash<std::tuple<Ts...>> {
  std::uint64_t operator()(const std::tuple<Ts...>& key) const {
    std::uint64_t hash = sizeof...(Ts);
    std::apply([&](const Ts&... fields) { ((hash = core::hashCombine(hash, Hash<Ts>{}(fields))), ...); },
               key);
    return hash;
  }
};

template <core::HasHash T>
struct Hash<std::optional<T>> {
  std::uint64_t operator()(const std::optional<T>& key) const {
    return key ? core::hashCombine(1, Hash<T>{}(*key)) : core::kHashThird;
  }
};

template <core::HasHash T>
struct Hash<std::vector<T>> {
  std::uint64_t operator()(const std::vector<T>& key) const {
    std::uint64_t hash = key.size();
    for (const T& element : key) hash = core::hashCombine(hash, Hash<T>{}(element));
    return hash;
  }
};

template <core::HasHash T, std::size_t N>
struct Hash<std::array<T, N>> {
  std::uint64_t operator()(const std::array<T, N>& key) const {
    std::uint64_t hash = N;
    for (const T& element : key) hash = core::hashCombine(hash, Hash<T>{}(element));
    return hash;
  }
};

template <core::HasHash... Ts>
struct Hash<std::variant<Ts...>> {
  std::uint64_t operator()(const std::variant<Ts...>& key) const {
    if (key.valueless_by_exception()) return core::kHashThird;
    return std::visit(
        [&](const auto& held) {
          return core::hashCombine(key.index(), Hash<std::decay_t<decltype(held)>>{}(held));
        },
        key);
  }
};

/// A type by which records can be grouped: it has a `millrace::Hash` (or `std::hash`) and `==`.
template <class T>
concept HashableKey = std::equality_comparable<T> && core::HasHash<T>;

}  // namespace millrace
