#pragma once

#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/records/pair.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

/// A map in the program's own memory, by the hash and the equality that RDDs use.
template <class K, class V>
using KeyedMap = std::unordered_map<K, V, Hash<K>, NaturalEqual>;

/// A type of key that has an order: `a < b`.
template <class K>
concept OrderedKey = requires(const K& a, const K& b) {
  { a < b } -> std::convertible_to<bool>;
};

/// Two types of pairs whose owned keys are of one type.
template <class T, class A>
concept SameKey = PairLike<T> && PairLike<A> && std::is_same_v<KeyOf<T>, KeyOf<A>>;

namespace core {

/// A record's key in a form that compares with an owned key K.
template <class K, class Q>
decltype(auto) comparable(const Q& key) {
  if constexpr (std::is_same_v<K, std::string>) {
    return std::string_view(key);
  } else {
    return own(key);
  }
}

/// Applies a function of a value to a pair. Where the function takes the value as it is, the pair is not owned first,
/// so that the result may borrow from it.
template <class F>
struct OnValue {
  template <class K, class V>
    requires std::invocable<F&, const V&>
  auto operator()(const std::pair<K, V>& record) {
    return std::pair<K, std::decay_t<std::invoke_result_t<F&, const V&>>>(
        record.first, std::invoke(function, record.second));
  }

  F function;
};

/// The elements of the range f(value), each in a pair with the record's key. It borrows the key from the record.
template <class K, class Range>
class KeyedRange {
 public:
  using Element = std::ranges::range_value_t<Range>;

  KeyedRange(const K& key, Range range) : key_(&key), range_(std::move(range)) {}

  class iterator {
   public:
    using value_type = std::pair<K, Element>;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    iterator(const K& key, std::ranges::iterator_t<Range> at) : key_(&key), at_(std::move(at)) {}
    value_type operator*() const { return value_type(*key_, *at_); }
    iterator& operator++() {
      ++at_;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(const std::ranges::sentinel_t<Range>& end) const { return at_ == end; }

   private:
    const K* key_ = nullptr;
    std::ranges::iterator_t<Range> at_;
  };

  iterator begin() { return iterator(*key_, std::ranges::begin(range_)); }
  std::ranges::sentinel_t<Range> end() { return std::ranges::end(range_); }

 private:
  const K* key_;
  Range range_;
};

template <class F>
struct ExpandValue {
  template <class K, class V>
    requires std::invocable<F&, const V&>
  auto operator()(const std::pair<K, V>& record) {
    using Range = core::Expanded<std::decay_t<std::invoke_result_t<F&, const V&>>>;
    return KeyedRange<K, Range>(record.first, std::invoke(function, record.second));
  }

  F function;
};

/// The records that mapValues and flatMapValues give. Defined for every T, as PairTraits is.
template <class F, class T>
struct ValueResults {
  using Mapped = NotAPair;
  using Expanded = NotAPair;
};
template <class F, class K, class V>
  requires(ElementFn<F, V> && !std::is_void_v<ElementResult<F, V>>)
struct ValueResults<F, std::pair<K, V>> {
  using Key = std::conditional_t<TakesAsIs<F, V>, K, owned_t<K>>;
  using Mapped = std::pair<Key, ElementResult<F, V>>;
  using Expanded = std::pair<Key, FlatMapResult<F, V>>;
};

template <class V, class... Vs>
struct GroupsOf {
  using type = std::tuple<std::vector<V>, std::vector<Vs>...>;
};
template <class V>
struct GroupsOf<V> {
  using type = std::vector<V>;
};
template <class V, class W>
struct GroupsOf<V, W> {
  using type = std::pair<std::vector<V>, std::vector<W>>;
};

template <class Create, class V>
struct CombinedOf {
  using type = void;
};
template <class Create, class V>
  requires std::invocable<Create&, const V&>
struct CombinedOf<Create, V> {
  using type = std::decay_t<std::invoke_result_t<Create&, const V&>>;
};

}  // namespace core

/// A function of the value of a pair that gives something.
template <class F, class T>
concept ValueFn = MapFn<F, typename core::PairTraits<T>::Value>;
template <class F, class T>
using MapValuesResult = typename core::ValueResults<F, T>::Mapped;

/// A function of the value of a pair that gives a range.
template <class F, class T>
concept FlatMapValuesFn = FlatMapFn<F, typename core::PairTraits<T>::Value>;
template <class F, class T>
using FlatMapValuesResult = typename core::ValueResults<F, T>::Expanded;

/// Function that makes a C of the first value, one that adds a value to a C, and one that joins two C.
template <class MergeValue, class MergeCombiners, class C, class V>
concept AggregateFns = std::copy_constructible<C> && std::copy_constructible<MergeValue> &&
                       std::copy_constructible<MergeCombiners> &&
                       requires(MergeValue& add, MergeCombiners& join, C c, const V& value) {
                         c = add(std::move(c), value);
                         c = join(std::move(c), std::move(c));
                       };
template <class Create, class V>
using CombinedFrom = typename core::CombinedOf<Create, V>::type;
template <class Create, class MergeValue, class MergeCombiners, class V>
concept CombineFns = std::copy_constructible<Create> && std::invocable<Create&, const V&> &&
                     AggregateFns<MergeValue, MergeCombiners, CombinedFrom<Create, V>, V>;
template <class Create, class T>
using CombinedBy = CombinedFrom<Create, ValueOf<T>>;

/// The record of a cogroup: groups of one RDD are a vector, of two a pair of them, of more a tuple.
template <class T, class... Others>
using Cogrouped = KeyedResult<T, typename core::GroupsOf<ValueOf<T>, ValueOf<Others>...>::type>;

template <class T, class L, class R>
using Joined = KeyedResult<T, std::pair<L, R>>;

}  // namespace millrace
