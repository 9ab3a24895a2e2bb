#pragma once

#include <millrace/rdd/core/element_fn.hpp>
#include <millrace/rdd/core/job_graph.hpp>
#include <millrace/rdd/core/node.hpp>
#include <millrace/rdd/core/pair.hpp>
#include <millrace/rdd/core/partition_records.hpp>
#include <millrace/rdd/core/storage_level.hpp>
#include <millrace/rdd/future_action.hpp>
#include <millrace/rdd/stat_counter.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

template <class T>
class LocalIterator;

/// A record that is a number.
template <class T>
concept Numeric = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// A distributed collection as a recipe: immutable, lazy, partitioned. Transformations return a new RDD at once; actions
/// run a job and return its result. A handle is a cheap value; copies mean the same RDD. A default-constructed one is
/// the null RDD. Names and meaning are Spark's (Scala API, RDD).
///
/// User functions get records by `const T&` and are copied once per task. What they throw reaches the caller of the
/// action as TaskFailure, naming operator and partition. Actions throw IllegalState after the context's stop and inside
/// of tasks.
template <class T>
class RDD {
 public:
  using value_type = T;

  RDD() = default;
  explicit RDD(core::NodePtr node) : node_(std::move(node)) {}

  /// A stream or RDD of views is one of owned records wherever such is asked for: `RDD<std::string_view>` to
  /// `RDD<std::string>`. Costs a copy of each record's text.
  template <class U>
    requires(!kIsOwned<U> && std::is_same_v<owned_t<U>, T> && !std::is_same_v<U, T>)
  RDD(const RDD<U>& views);

  // ---- Transformations: narrow. Partitions and order as in the parent. ----------------------------------------------

  /// f(record) for each record. Loses the partitioner.
  template <class F>
    requires MapFn<F, T>
  RDD<ElementResult<F, T>> map(F function) const;

  /// All records of the range f(record), in order. The range may be lazy and of any length. Loses the partitioner.
  template <class F>
    requires FlatMapFn<F, T>
  RDD<FlatMapResult<F, T>> flatMap(F function) const;

  /// The records for which the predicate holds. Keeps the partitioner.
  template <class F>
    requires Predicate<F, T>
  RDD<T> filter(F predicate) const;

  /// The range f(records) for each partition, empty ones included; `records` is a single-pass range of owned records
  /// (take it as `auto&`).
  template <class F>
    requires MapPartitionsFn<F, T>
  RDD<MapPartitionsResult<F, T>> mapPartitions(F function, bool preservesPartitioning = false) const;

  /// The partitions of this RDD, then those of `other`; duplicates stay. (Spark: union, a keyword here)
  RDD<T> union_(const RDD<T>& other) const;

  /// At most `partitions` partitions, without a shuffle: neighbours are joined in order. IllegalArgument below 1.
  RDD<T> coalesce(int partitions) const;

  // ---- Transformations: wide. ---------------------------------------------------------------------------------------

  /// Exactly `partitions` partitions, the records spread evenly (round robin from each parent partition). Order is lost.
  /// IllegalArgument below 1.
  RDD<owned_t<T>> repartition(int partitions) const;
  /// As repartition if `shuffle`, else as coalesce(partitions) with owned records.
  RDD<owned_t<T>> coalesce(int partitions, bool shuffle) const;

  /// (key, all values of the key folded with f), hash-partitioned; combines before the shuffle while that pays. Order of
  /// keys is not defined. f must be associative and commutative.
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  RDD<KeyedResult<T>> reduceByKey(F function, int partitions) const;
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  RDD<KeyedResult<T>> reduceByKey(F function) const;

  // ---- Actions ------------------------------------------------------------------------------------------------------

  /// All records, in partition order.
  std::vector<owned_t<T>> collect() const;
  /// How many records there are.
  std::int64_t count() const;
  /// The first n records in partition order; runs as few partitions as it can. Empty for n <= 0.
  std::vector<owned_t<T>> take(int n) const;
  /// The first record. Unsupported if there is none.
  owned_t<T> first() const;
  /// All records folded with f (associative and commutative). Unsupported for an empty RDD.
  template <class F>
    requires Reducer<F, owned_t<T>>
  owned_t<T> reduce(F function) const;
  /// The same, partitions merged in parallel as a tree of this depth: for results that are costly to merge.
  /// IllegalArgument below depth 1, here and below.
  template <class F>
    requires Reducer<F, owned_t<T>>
  owned_t<T> treeReduce(F function, int depth = 2) const;
  /// All records folded into `zero`, which is applied once per partition and once more for the final merge.
  template <class F>
    requires Reducer<F, owned_t<T>>
  owned_t<T> fold(owned_t<T> zero, F function) const;
  /// The same with a result of another type: seqOp(result, record) inside of partitions, combOp(result, result) for all.
  template <class U, class SeqOp, class CombOp>
    requires Aggregator<SeqOp, U, T> && Reducer<CombOp, U>
  U aggregate(U zero, SeqOp seqOp, CombOp combOp) const;
  template <class U, class SeqOp, class CombOp>
    requires Aggregator<SeqOp, U, T> && Reducer<CombOp, U>
  U treeAggregate(U zero, SeqOp seqOp, CombOp combOp, int depth = 2) const;

  /// True without partitions or records; runs as few partitions as it can.
  bool isEmpty() const;
  /// The first n records in the order of less(a, b), sorted; top: the last n, the last one first. Empty for n <= 0.
  template <class Less = std::less<>>
    requires RecordOrder<Less, T>
  std::vector<owned_t<T>> takeOrdered(int n, Less less = {}) const;
  template <class Less = std::less<>>
    requires RecordOrder<Less, T>
  std::vector<owned_t<T>> top(int n, Less less = {}) const;
  /// The last and the first record in the order of less(a, b). Unsupported for an empty RDD.
  template <class Less = std::less<>>
    requires RecordOrder<Less, T>
  owned_t<T> max(Less less = {}) const;
  template <class Less = std::less<>>
    requires RecordOrder<Less, T>
  owned_t<T> min(Less less = {}) const;
  /// n records, each as likely as any other, in random order; without replacement all if there are no more. Reads the
  /// RDD twice: cache() one that changes from job to job. IllegalArgument for n < 0.
  std::vector<owned_t<T>> takeSample(bool withReplacement, int n) const;
  std::vector<owned_t<T>> takeSample(bool withReplacement, int n, std::uint64_t seed) const;
  /// All records in partition order, as a range that runs one job per partition and holds one partition at a time.
  LocalIterator<T> toLocalIterator() const;
  /// About how many different records there are, with this relative standard deviation (more than 0.000017), or with
  /// 2^p registers (4 <= p <= 32) and a sparse form of precision sp for few (0: none). HyperLogLog++.
  std::int64_t countApproxDistinct(double relativeSD = 0.05) const
    requires HashableKey<T>;
  std::int64_t countApproxDistinct(int p, int sp) const
    requires HashableKey<T>;

  /// f(record) for each record, for its effect; several partitions at once.
  template <class F>
    requires ElementFn<F, T>
  void foreach (F function) const;
  /// f(records) once per partition, for its effect, empty ones included.
  template <class F>
    requires PartitionFn<F, T>
  void foreachPartition(F function) const;
  /// Writes directory `path`: part-NNNNN per partition, one record per line as print shows it, and _SUCCESS last.
  /// SparkException naming the file if it cannot be written; IllegalArgument if the directory exists.
  void saveAsTextFile(const std::string& path) const;
  /// The same with the records in their codec's form (base/codec.hpp), for SparkContext::objectFile.
  void saveAsObjectFile(const std::string& path) const;

  /// The same actions on a thread of their own, to be awaited or cancelled. What the action throws, get() throws.
  FutureAction<std::int64_t> countAsync() const;
  FutureAction<std::vector<owned_t<T>>> collectAsync() const;
  FutureAction<std::vector<owned_t<T>>> takeAsync(int n) const;
  template <class F>
    requires ElementFn<F, T>
  FutureAction<void> foreachAsync(F function) const;
  template <class F>
    requires PartitionFn<F, T>
  FutureAction<void> foreachPartitionAsync(F function) const;

  // ---- Actions on numbers, all as double. ---------------------------------------------------------------------------

  double sum() const
    requires Numeric<T>;
  /// Count, mean, variance, largest and smallest in one pass. variance and stdev are those of the population, sample...
  /// those of a sample (NaN below two numbers).
  StatCounter stats() const
    requires Numeric<T>;
  double mean() const
    requires Numeric<T>
  {
    return stats().mean();
  }
  double variance() const
    requires Numeric<T>
  {
    return stats().popVariance();
  }
  double popVariance() const
    requires Numeric<T>
  {
    return stats().popVariance();
  }
  double stdev() const
    requires Numeric<T>
  {
    return stats().popStdev();
  }
  double popStdev() const
    requires Numeric<T>
  {
    return stats().popStdev();
  }
  double sampleVariance() const
    requires Numeric<T>
  {
    return stats().sampleVariance();
  }
  double sampleStdev() const
    requires Numeric<T>
  {
    return stats().sampleStdev();
  }
  /// How many numbers are in each bucket [a, b) between neighbouring bounds, the last one [a, b]; others and NaN are
  /// left out. `evenBuckets`: all are as wide, which is faster. IllegalArgument for fewer than two or unsorted bounds.
  std::vector<std::int64_t> histogram(const std::vector<double>& bounds, bool evenBuckets = false) const
    requires Numeric<T>;
  /// (bounds, counts) of so many even buckets from the smallest to the largest number; of one bucket if these are equal.
  /// Unsupported for an empty RDD, NaN and infinite numbers; IllegalArgument below 1.
  std::pair<std::vector<double>, std::vector<std::int64_t>> histogram(int buckets) const
    requires Numeric<T>;

  // ---- Storage and structure ----------------------------------------------------------------------------------------

  /// Keeps each partition from its first computation on. Unsupported if another level is set already.
  RDD<T> persist(StorageLevel level = StorageLevel::MEMORY_ONLY) const;
  RDD<T> cache() const { return persist(); }
  RDD<T> unpersist() const;
  StorageLevel getStorageLevel() const { return node_->storageLevel(); }
  int getNumPartitions() const { return node_->partitions(); }
  /// Gives the RDD a name, for toDebugString.
  RDD<T> setName(std::string name) const {
    node_->setName(std::move(name));
    return *this;
  }
  std::string name() const { return node_->name(); }
  /// The operators that make this RDD, one a line, as Spark shows them: partitions, kind, number (parents have smaller
  /// ones), storage level; indented behind each shuffle.
  std::string toDebugString() const { return core::JobGraph(node_).toDebugString(); }
  /// True for the null RDD.
  bool isNull() const { return node_ == nullptr; }

  const core::NodePtr& node() const { return node_; }

 private:
  core::NodePtr node_;
};

}  // namespace millrace
