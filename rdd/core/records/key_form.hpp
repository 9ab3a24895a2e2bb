#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/base/in_place.hpp>
#include <millrace/base/kept_record.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/text_arena.hpp>
#include <millrace/rdd/core/records/text_key.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Making one says that pairs T go through tables or shuffles by the hash of their key, which keep them.
template <class T>
using ShuffledByKey = TableKey<KeyOf<T>, decltype(findView<KeyedResult<T>>())>;

/// How tables store keys of type K. `probe` makes the form by which a key is looked up, from a record's key or from a
/// stored one; it may point into the record. `keep` copies what an inserted probe points to into the table's arena.
/// `load` gives the key back in the user's type.
template <class K>
struct KeyForm {
  using Stored = K;
  static constexpr bool kNeedsArena = false;

  static const K& probe(const K& key) { return key; }
  template <class Q>
  static K probe(const Q& key) {
    return own(key);
  }
  static void keep(Stored&, TextArena&) {}
  static const K& load(const Stored& key) { return key; }
  static std::uint64_t hash(const Stored& key) {
    if constexpr (HashableKey<K>) {
      return Hash<K>{}(key);
    } else {
      TableKey<K>();
      return 0;
    }
  }
  static bool equal(const Stored& a, const Stored& b) {
    if constexpr (HashableKey<K>) {
      return NaturalEqual()(a, b);
    } else {
      return false;
    }
  }
};

template <>
struct KeyForm<std::string> {
  using Stored = TextKey;
  static constexpr bool kNeedsArena = true;

  static TextKey probe(std::string_view key) { return TextKey(key); }
  static const TextKey& probe(const TextKey& key) { return key; }
  static void keep(TextKey& key, TextArena& arena) { key.keepIn(arena); }
  static std::string load(const TextKey& key) { return std::string(key.text()); }
  static bool equal(const TextKey& a, const TextKey& b) { return a == b; }
  static std::uint64_t hash(const TextKey& key) { return key.hash(); }
};

/// The pair of an entry's key, in the user's type, and a value.
template <class K, class V>
std::pair<K, std::decay_t<V>> loadPair(const typename KeyForm<K>::Stored& stored, V&& value) {
  return {inPlace([&]() -> decltype(auto) { return KeyForm<K>::load(stored); }), std::forward<V>(value)};
}

/// Hash by which keys are placed in tables and assigned to partitions.
template <class K>
std::uint64_t keyHash(const typename KeyForm<K>::Stored& key) {
  return KeyForm<K>::hash(key);
}

}  // namespace millrace::core
