#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/dstream/state/keep_all.hpp>
#include <millrace/dstream/state/state_spec.hpp>
#include <millrace/dstream/state/update_fn.hpp>
#include <millrace/rdd/rdd.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace millrace {

template <class T>
class DStream;

/// Which pairs (key, value) an incremental window keeps.
template <class F, class T>
concept PairPredicate = std::predicate<const F&, const KeyedResult<T>&>;

/// The further operations of a stream of pairs (key, value). Every DStream has them; calling one on records that are no
/// pairs is an error that says PairLike. Names and meaning are Spark's (PairDStreamFunctions).
///
/// `partitions` is a number, a Partitioner, or nothing: then by hash with default parallelism, whatever the parents are.
/// Results of shuffles own their text and define no order of keys. Batches in which a parent has no RDD have none
/// either, or, with two parents, are an error (SparkException).
template <class T>
class PairDStreamFunctions {
 public:
  using K = KeyOf<T>;
  using V = ValueOf<T>;

  // ---- Record by record: partitions, partitioner and order as in this stream. ---------------------------------------

  /// (key, f(value)) for each pair.
  template <class F>
    requires PairLike<T> && ValueFn<F, T>
  DStream<MapValuesResult<F, T>> mapValues(F function) const;
  /// (key, element) for each element of the range f(value).
  template <class F>
    requires PairLike<T> && FlatMapValuesFn<F, T>
  DStream<FlatMapValuesResult<F, T>> flatMapValues(F function) const;

  // ---- Folds by key, batch by batch. --------------------------------------------------------------------------------

  /// (key, all values of the key in the batch folded with f). f must be associative and commutative.
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKey(F function, const Partitions& partitions = {}) const;
  /// (key, all its values in the batch), these in order of partition and place.
  DStream<KeyedResult<T, std::vector<ValueOf<T>>>> groupByKey(const Partitions& partitions = {}) const
    requires PairLike<T>;
  /// `create` makes a C of a key's first value, `mergeValue` adds one, `mergeCombiners` joins two. Without
  /// `mapSideCombine` a key's values are brought together first, and `mergeCombiners` is not called.
  template <class Create, class MergeValue, class MergeCombiners>
    requires PairLike<T> && CombineFns<Create, MergeValue, MergeCombiners, ValueOf<T>>
  DStream<KeyedResult<T, CombinedBy<Create, T>>> combineByKey(Create create, MergeValue mergeValue,
                                                              MergeCombiners mergeCombiners,
                                                              const Partitions& partitions,
                                                              bool mapSideCombine = true) const;

  /// For functions that do not fit, or without partitions: the error that says so.
  template <class Create, class MergeValue, class MergeCombiners, class... More>
    requires(!PairLike<T> || !CombineFns<Create, MergeValue, MergeCombiners, ValueOf<T>> ||
             sizeof...(More) == 0)
  DStream<std::pair<KeyOf<T>, int>> combineByKey(Create, MergeValue, MergeCombiners, const More&...) const {
    static_assert(sizeof(Create) == 0,
                  "combineByKey takes, on PairLike records (key, V), C create(V), C mergeValue(C, V), "
                  "C mergeCombiners(C, C), and then the number of partitions or a partitioner");
    return DStream<std::pair<KeyOf<T>, int>>(node_);
  }

  // ---- Two streams by key, batch by batch: IllegalArgument unless both are of one context and slide alike. -----------

  /// (key, (its values here, its values there)) for each key of either.
  template <class A>
    requires SameKey<T, A>
  DStream<Cogrouped<T, A>> cogroup(const DStream<A>& other, const Partitions& partitions = {}) const;
  /// (key, (v, w)) for each v here and w there of a key that is in both.
  template <class A>
    requires SameKey<T, A>
  DStream<Joined<T, V, ValueOf<A>>> join(const DStream<A>& other, const Partitions& partitions = {}) const;
  /// As join, and (key, (v, nothing)) for the keys that are only here.
  template <class A>
    requires SameKey<T, A>
  DStream<Joined<T, V, std::optional<ValueOf<A>>>> leftOuterJoin(const DStream<A>& other,
                                                                 const Partitions& partitions = {}) const;
  /// As join, and (key, (nothing, w)) for the keys that are only there.
  template <class A>
    requires SameKey<T, A>
  DStream<Joined<T, std::optional<V>, ValueOf<A>>> rightOuterJoin(const DStream<A>& other,
                                                                  const Partitions& partitions = {}) const;
  /// As join, and both of these.
  template <class A>
    requires SameKey<T, A>
  DStream<Joined<T, std::optional<V>, std::optional<ValueOf<A>>>> fullOuterJoin(
      const DStream<A>& other, const Partitions& partitions = {}) const;

  // ---- Windows: lengths and slides are multiples of this stream's slide, else IllegalArgument. A slide that is not
  // ---- given is this stream's. --------------------------------------------------------------------------------------

  /// (key, all its values in the window), batch after batch.
  DStream<KeyedResult<T, std::vector<ValueOf<T>>>> groupByKeyAndWindow(
      Duration windowDuration, std::optional<Duration> slideDuration = {},
      const Partitions& partitions = {}) const
    requires PairLike<T>;

  /// (key, values of the key in the window folded with f). A key leaves with its last value. Costs what changed, not what
  /// the window holds: it keeps partial folds of the window's batches.
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Duration windowDuration,
                                               std::optional<Duration> slideDuration = {},
                                               const Partitions& partitions = {}) const;

  /// The same, kept up to date: takes the values of leaving batches off with `inverse` (inverse(f(x, y), x) == y), then
  /// adds those of entering ones. A key whose values have all left stays with its zero value, unless `filter` refuses
  /// the pair of both; a filter must never refuse a key that still has values in the window. Needs a checkpoint
  /// directory.
  template <class F, class Inverse, class Filter = core::KeepAll>
    requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>> && PairPredicate<Filter, T>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration,
                                               std::optional<Duration> slideDuration = {},
                                               const Partitions& partitions = {}, Filter filter = {}) const;

  /// For arguments that fit neither: the error that says so.
  template <class F>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F, ...) const {
    static_assert(
        sizeof(F) == 0,
        "reduceByKeyAndWindow takes, on PairLike records (key, V), a function that folds two V into a V; "
        "maybe one that takes a V off again; the window's length and slide (Seconds(30)); partitions; "
        "and, with an inverse, a predicate of pairs");
    return DStream<KeyedResult<T>>(node_);
  }

  // ---- State over batches. Needs a checkpoint directory. ------------------------------------------------------------

  /// (key, state) of all keys, after each batch in which f has been called once for every key that has a state or new
  /// values; an empty result drops the key. f is one of
  ///   - `std::optional<S> f(values, std::optional<S> old)`;
  ///   - `std::optional<S> f(Time, const K& key, values, std::optional<S> old)`;
  ///   - a range of (key, state) `f(entries)`, called once per partition with a single-pass range of
  ///     `UpdateEntry<K, V, S>` (take it as `auto&`); it may give other keys, then `rememberPartitioner` has to be false.
  /// `values` is a `std::span<const V>` or a `const std::vector<V>&`. S is what a function that is not generic names,
  /// or given: `updateStateByKey<S>(f)`. States begin with those of `initial` (one, if a key has several) in the first
  /// batch that has an RDD; before that there is none. If f throws, in whichever form, the state is lost, and all later
  /// batches fail with that. If this stream's RDD of a batch cannot be read, that is no harm: the state keeps the batch and
  /// makes up for it in a later one, if that is not more than 100 batches later; then it is lost, too.
  /// What is kept for a restart in a batch are the states with new values and those that have become others, by `==` or by the
  /// bytes of their Codec; in the third form, all states of the partition.
  template <class S = void, class F>
    requires PairLike<T> && StateUpdateFn<F, T, S>
  DStream<UpdatedState<F, T, S>> updateStateByKey(F function, const Partitions& partitions = {},
                                                  const RDD<UpdatedState<F, T, S>>& initial = {}) const;
  template <class S = void, class F>
    requires PairLike<T> && StateUpdateFn<F, T, S>
  DStream<UpdatedState<F, T, S>> updateStateByKey(F function, const Partitions& partitions,
                                                  bool rememberPartitioner,
                                                  const RDD<UpdatedState<F, T, S>>& initial = {}) const;

  /// For a function of no such form: the error that says so.
  template <class S = void, class F, class... More>
    requires(!PairLike<T> || !StateUpdateFn<F, T, S>)
  DStream<std::pair<KeyOf<T>, int>> updateStateByKey(F, const More&...) const {
    static_assert(sizeof(F) == 0,
                  "the function of updateStateByKey has to be, on PairLike records (key, V), "
                  "std::optional<S> f(std::span<const V> values, "
                  "std::optional<S> old), or one of the other forms in its documentation, for this V; where "
                  "it is generic, "
                  "say what S is: updateStateByKey<S>(f)");
    return DStream<std::pair<KeyOf<T>, int>>(node_);
  }

  /// Calls the function of the spec once for each record, with the state of the record's key, and emits what it gives; in
  /// continuous mode at once. Gives a MapWithStateDStream.
  template <class F>
    requires PairLike<T>
  auto mapWithState(const StateSpecOf<F>& spec) const;

 protected:
  explicit PairDStreamFunctions(core::StreamPtr node) : node_(std::move(node)) {}

  core::StreamPtr node_;
};

}  // namespace millrace
