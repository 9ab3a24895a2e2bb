#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
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

/// Hashes of keys: equal keys give equal hashes (a view and the string it shows included), every bit depends on every
/// input bit, and the values are the same in every process of the same binary. Specialise `Hash<T>` for a key type of
/// your own, or give it a `std::hash`.
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
    double value = key == T(0) ? 0.0 : static_cast<double>(key);
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return core::hashWord(bits);
  }
};

template <class T>
  requires(std::is_convertible_v<const T&, std::string_view> && !std::is_pointer_v<T>)
struct Hash<T> {
  std::uint64_t operator()(std::string_view text) const {
    return core::hashLongBytes(text.data(), text.size());
  }
};

template <class T>
concept HasStdHash = !std::integral<T> && !std::floating_point<T> && !std::is_enum_v<T> &&
                     !std::is_convertible_v<const T&, std::string_view> && requires(const T& key) {
                       { std::hash<T>{}(key) } -> std::convertible_to<std::size_t>;
                     };

template <HasStdHash T>
struct Hash<T> {
  std::uint64_t operator()(const T& key) const { return core::hashWord(std::hash<T>{}(key)); }
};

template <class A, class B>
struct Hash<std::pair<A, B>> {
  std::uint64_t operator()(const std::pair<A, B>& key) const {
    return core::hashCombine(Hash<A>{}(key.first), Hash<B>{}(key.second));
  }
};

template <class... Ts>
struct Hash<std::tuple<Ts...>> {
  std::uint64_t operator()(const std::tuple<Ts...>& key) const {
    std::uint64_t hash = sizeof...(Ts);
    std::apply([&](const Ts&... fields) { ((hash = core::hashCombine(hash, Hash<Ts>{}(fields))), ...); },
               key);
    return hash;
  }
};

template <class T>
  requires(!HasStdHash<std::optional<T>>)
struct Hash<std::optional<T>> {
  std::uint64_t operator()(const std::optional<T>& key) const {
    return key ? core::hashCombine(1, Hash<T>{}(*key)) : core::kHashThird;
  }
};

template <class T>
struct Hash<std::vector<T>> {
  std::uint64_t operator()(const std::vector<T>& key) const {
    std::uint64_t hash = key.size();
    for (const T& element : key) hash = core::hashCombine(hash, Hash<T>{}(element));
    return hash;
  }
};

/// A type by which records can be grouped: it has a `millrace::Hash` (or `std::hash`) and `==`.
template <class T>
concept HashableKey = std::equality_comparable<T> && requires(const T& key) {
  { Hash<T>{}(key) } -> std::convertible_to<std::uint64_t>;
};

}  // namespace millrace
