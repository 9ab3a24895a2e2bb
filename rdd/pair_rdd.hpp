#pragma once

#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/records/keyed_fn.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/partitioner.hpp>

#include <cstdint>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

template <class T>
class RDD;

/// The further operations of an RDD of pairs (key, value). Every RDD has them; calling one on records that are no pairs is
/// an error that says PairLike. Names and meaning are Spark's (PairRDDFunctions, OrderedRDDFunctions).
///
/// `partitions` is a number, a Partitioner or nothing (see Partitions). An RDD that has the result's partitioner already
/// is not shuffled. Results of shuffles have that partitioner, own their text, and define no order of keys.
template <class T>
class PairRDDFunctions {
 public:
  using K = KeyOf<T>;
  using V = ValueOf<T>;

  // ---- Record by record: partitions and order as in the parent ------------------------------------------------------

  /// (key, f(value)) for each pair. Keeps the partitioner.
  template <class F>
    requires PairLike<T> && ValueFn<F, T>
  RDD<MapValuesResult<F, T>> mapValues(F function) const;
  /// (key, element) for each element of the range f(value). Keeps the partitioner.
  template <class F>
    requires PairLike<T> && FlatMapValuesFn<F, T>
  RDD<FlatMapValuesResult<F, T>> flatMapValues(F function) const;
  RDD<typename core::PairTraits<T>::Key> keys() const
    requires PairLike<T>;
  RDD<typename core::PairTraits<T>::Value> values() const
    requires PairLike<T>;
  /// A random sample with a rate per key. Keeps the partitioner. IllegalArgument for a negative rate (without
  /// replacement also for one above 1), and in the task for a key that has none.
  RDD<T> sampleByKey(bool withReplacement, const KeyedMap<K, double>& fractions,
                     std::optional<std::uint64_t> seed = {}) const
    requires PairLike<T> && HashableKey<KeyOf<T>>;
  /// The pairs whose key is from `lower` to `upper`, both included. Of an RDD sorted by key, reads only the partitions
  /// that can hold some, and has only these.
  RDD<T> filterByRange(const K& lower, const K& upper) const
    requires PairLike<T> && OrderedKey<K>;

  // ---- Folds by key -------------------------------------------------------------------------------------------------

  /// (key, all values of the key folded with f); combines before the shuffle while that pays. f must be associative and
  /// commutative.
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  RDD<KeyedResult<T>> reduceByKey(F function, const Partitions& partitions = {}) const;
  /// As aggregate, by key: `create` makes a C of a first value, `mergeValue` adds one, `mergeCombiners` joins two.
  template <class Create, class MergeValue, class MergeCombiners>
    requires PairLike<T> && CombineFns<Create, MergeValue, MergeCombiners, ValueOf<T>>
  RDD<KeyedResult<T, CombinedBy<Create, T>>> combineByKey(Create create, MergeValue mergeValue,
                                                          MergeCombiners mergeCombiners,
                                                          const Partitions& partitions = {}) const;
  /// (key, values folded with `mergeValue` from a fresh `zero` per key and partition, and these with `mergeCombiners`).
  template <class Z, class MergeValue, class MergeCombiners>
    requires PairLike<T> && AggregateFns<MergeValue, MergeCombiners, Z, ValueOf<T>>
  RDD<KeyedResult<T, Z>> aggregateByKey(Z zero, MergeValue mergeValue, MergeCombiners mergeCombiners,
                                        const Partitions& partitions = {}) const;
  /// (key, values folded with f from a fresh `zero` per key and partition).
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  RDD<KeyedResult<T>> foldByKey(ValueOf<T> zero, F function, const Partitions& partitions = {}) const;
  /// (key, all its values); they come in order of partition and place. All values of a key must fit in memory; where
  /// they are folded next, reduceByKey or aggregateByKey move less.
  RDD<KeyedResult<T, std::vector<ValueOf<T>>>> groupByKey(const Partitions& partitions = {}) const
    requires PairLike<T>;

  // ---- Several RDDs by key: any two whose owned keys are of one type ------------------------------------------------

  /// (key, (its values here, its values there)) for each key of either.
  template <class A>
    requires SameKey<T, A>
  RDD<Cogrouped<T, A>> cogroup(const RDD<A>& a, const Partitions& partitions = {}) const;
  /// (key, a tuple of its values in each) for each key of any.
  template <class A, class B>
    requires SameKey<T, A> && SameKey<T, B>
  RDD<Cogrouped<T, A, B>> cogroup(const RDD<A>& a, const RDD<B>& b, const Partitions& partitions = {}) const;
  template <class A, class B, class C>
    requires SameKey<T, A> && SameKey<T, B> && SameKey<T, C>
  RDD<Cogrouped<T, A, B, C>> cogroup(const RDD<A>& a, const RDD<B>& b, const RDD<C>& c,
                                     const Partitions& partitions = {}) const;
  /// Another name of cogroup.
  template <class... Others>
    requires(sizeof...(Others) >= 1 && sizeof...(Others) <= 3) && (SameKey<T, Others> && ...)
  RDD<Cogrouped<T, Others...>> groupWith(const RDD<Others>&... others) const;

  /// (key, (v, w)) for each v here and w there of a key that is in both.
  template <class A>
    requires SameKey<T, A>
  RDD<Joined<T, V, ValueOf<A>>> join(const RDD<A>& other, const Partitions& partitions = {}) const;
  /// As join, and (key, (v, nothing)) for the keys that are only here.
  template <class A>
    requires SameKey<T, A>
  RDD<Joined<T, V, std::optional<ValueOf<A>>>> leftOuterJoin(const RDD<A>& other,
                                                             const Partitions& partitions = {}) const;
  /// As join, and (key, (nothing, w)) for the keys that are only there.
  template <class A>
    requires SameKey<T, A>
  RDD<Joined<T, std::optional<V>, ValueOf<A>>> rightOuterJoin(const RDD<A>& other,
                                                              const Partitions& partitions = {}) const;
  /// As join, and both of these.
  template <class A>
    requires SameKey<T, A>
  RDD<Joined<T, std::optional<V>, std::optional<ValueOf<A>>>> fullOuterJoin(
      const RDD<A>& other, const Partitions& partitions = {}) const;
  /// The pairs whose key is not in `other`, duplicates included. Without a number as many partitions as here.
  template <class A>
    requires SameKey<T, A>
  RDD<KeyedResult<T>> subtractByKey(const RDD<A>& other, const Partitions& partitions = {}) const;

  // ---- Order and place ----------------------------------------------------------------------------------------------

  /// The same pairs, each where the partitioner says; those of a partition keep their order.
  RDD<owned_t<T>> partitionBy(const Partitioner& partitioner) const
    requires PairLike<T>;
  /// All pairs in order of their keys, equal keys in the order they had: every partition sorted, and none overlapping.
  /// Samples the keys, which runs a job at once. May have fewer partitions than asked for when there are few keys.
  RDD<owned_t<T>> sortByKey(bool ascending = true, std::optional<int> partitions = {}) const
    requires PairLike<T> && OrderedKey<KeyOf<T>>;
  /// As partitionBy, and each partition sorted by key.
  RDD<owned_t<T>> repartitionAndSortWithinPartitions(const Partitioner& partitioner) const
    requires PairLike<T> && OrderedKey<KeyOf<T>>;

  // ---- Actions: their result is in the caller's memory --------------------------------------------------------------

  /// As reduceByKey.
  template <class F>
    requires PairLike<T> && HashableKey<KeyOf<T>> && Reducer<F, ValueOf<T>>
  KeyedMap<KeyOf<T>, ValueOf<T>> reduceByKeyLocally(F function) const;
  /// Of a key with several values, the last.
  KeyedMap<KeyOf<T>, ValueOf<T>> collectAsMap() const
    requires PairLike<T> && HashableKey<KeyOf<T>>;
  /// How many pairs each key has.
  KeyedMap<KeyOf<T>, std::int64_t> countByKey() const
    requires PairLike<T> && HashableKey<KeyOf<T>>;
  /// All values of a key, in order; reads only the key's partition where the partitioner is known.
  std::vector<ValueOf<T>> lookup(const KeyOf<T>& key) const
    requires PairLike<T> && HashableKey<KeyOf<T>>;

 protected:
  PairRDDFunctions() = default;
  explicit PairRDDFunctions(core::NodePtr node) : node_(std::move(node)) {}

  core::NodePtr node_;
};

}  // namespace millrace
