#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/base/owned.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace millrace {

namespace core {

struct NotAPair {};

/// Key and value of a record type. Defined for every T, because the compiler looks at the return types of all members
/// of RDD<T>: for a record that is no pair, both are NotAPair.
template <class T>
struct PairTraits {
  static constexpr bool kIsPair = false;
  using Key = NotAPair;
  using Value = NotAPair;
};
template <class K, class V>
struct PairTraits<std::pair<K, V>> {
  static constexpr bool kIsPair = true;
  using Key = K;
  using Value = V;
};

}  // namespace core

/// A record with a key: a std::pair.
template <class T>
concept PairLike = core::PairTraits<T>::kIsPair;

/// Key and value of a pair record as they come out of a shuffle: they borrow nothing.
template <class T>
using KeyOf = owned_t<typename core::PairTraits<T>::Key>;
template <class T>
using ValueOf = owned_t<typename core::PairTraits<T>::Value>;

/// The record (key, V) that an operation by key gives.
template <class T, class V = ValueOf<T>>
using KeyedResult = std::pair<KeyOf<T>, V>;

/// A function that folds values: acc = f(acc, value). It has to be associative and commutative.
template <class F, class V>
concept Reducer =
    std::copy_constructible<F> && requires(F& f, V acc, const V& value) { acc = f(std::move(acc), value); };

}  // namespace millrace
