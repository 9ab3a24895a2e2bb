#pragma once

#include <millrace/rdd/core/graph/job_graph.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/graph/storage_level.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/partition_records.hpp>
#include <millrace/rdd/core/records/transform_fn.hpp>
#include <millrace/rdd/future_action.hpp>
#include <millrace/rdd/pair_rdd.hpp>
#include <millrace/rdd/partitioner.hpp>
#include <millrace/rdd/pipe_options.hpp>
#include <millrace/rdd/stat_counter.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

class SparkContext;

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
/// of tasks. Operations on pairs are in PairRDDFunctions.
template <class T>
class RDD : public PairRDDFunctions<T> {
 public:
  using value_type = T;

  RDD() = default;
  explicit RDD(core::NodePtr node) : PairRDDFunctions<T>(std::move(node)) {}

  /// Makes an RDD of owned records of one of views, wherever such is asked for: `RDD<std::string>` of
  /// `RDD<std::string_view>`. Costs a copy of each record's text.
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

  /// The same with the partition's number: f(index, records).
  template <class F>
    requires IndexedPartitionsFn<F, T>
  RDD<IndexedPartitionsResult<F, T>> mapPartitionsWithIndex(F function,
                                                            bool preservesPartitioning = false) const;

  /// What the optionals f(record) hold, in order: filter and map in one. Loses the partitioner. (Spark: collect of a
  /// partial function)
  template <class F>
    requires PartialFn<F, T>
  RDD<PartialResult<F, T>> collect(F function) const;

  /// One vector per partition, with all its records.
  RDD<std::vector<owned_t<T>>> glom() const;

  /// (f(record), record) for each record.
  template <class F>
    requires MapFn<F, T>
  RDD<KeyByResult<F, T>> keyBy(F function) const;

  /// The partitions of this RDD, then those of `other`; duplicates stay. Where both have equal partitioners, partition by
  /// partition instead, which keeps the partitioner; a parent without partitions counts as not there. (Spark: union, a
  /// keyword here)
  RDD<T> union_(const RDD<T>& other) const;
  /// The same of many. IllegalArgument for none.
  static RDD<T> union_(const std::vector<RDD<T>>& rdds);

  /// At most `partitions` partitions, without a shuffle: neighbours are joined in order. IllegalArgument below 1.
  RDD<T> coalesce(int partitions) const;

  /// Pairs of records at the same place. IllegalArgument unless both have as many partitions; SparkException in the task
  /// unless these have as many records.
  template <class U>
  RDD<std::pair<T, U>> zip(const RDD<U>& other) const;
  /// The range f(records, others…) for each partition, all single-pass ranges of owned records. IllegalArgument unless all
  /// RDDs have as many partitions.
  template <class A, class F>
    requires ZipPartitionsFn<F, T, A>
  RDD<ZipPartitionsResult<F, T, A>> zipPartitions(const RDD<A>& a, F function,
                                                  bool preservesPartitioning = false) const;
  template <class A, class B, class F>
    requires ZipPartitionsFn<F, T, A, B>
  RDD<ZipPartitionsResult<F, T, A, B>> zipPartitions(const RDD<A>& a, const RDD<B>& b, F function,
                                                     bool preservesPartitioning = false) const;
  template <class A, class B, class C, class F>
    requires ZipPartitionsFn<F, T, A, B, C>
  RDD<ZipPartitionsResult<F, T, A, B, C>> zipPartitions(const RDD<A>& a, const RDD<B>& b, const RDD<C>& c,
                                                        F function, bool preservesPartitioning = false) const;
  /// For what does not fit: the error that says so.
  template <class A, class... More>
    requires(!core::kZipsPartitions<core::Types<T, A>, More...>)
  RDD<int> zipPartitions(const RDD<A>&, const More&...) const {
    static_assert(
        sizeof(A) == 0,
        "zipPartitions takes one to three RDDs, then a function of as many partitions and this one's, each "
        "an auto& (PartitionRecords<T>&), that gives a range");
    return RDD<int>(node());
  }
  /// (record, its place among all, from 0). Counts the partitions but the last, which runs a job at once if there are
  /// several.
  RDD<std::pair<T, std::int64_t>> zipWithIndex() const;
  /// (record, a number that no other has): k, n+k, 2n+k … in partition k of n. Runs no job.
  RDD<std::pair<T, std::int64_t>> zipWithUniqueId() const;
  /// All pairs of a record here and one there, in partition i * m + j the ones of partitions i here and j of m there. Each
  /// task keeps the other partition in memory.
  template <class U>
  RDD<std::pair<T, U>> cartesian(const RDD<U>& other) const;

  /// A random sample: each record with this probability, or with replacement so many times on average. The same seed gives
  /// the same sample. Keeps the partitioner. IllegalArgument for a negative fraction, and without replacement for one
  /// above 1.
  RDD<T> sample(bool withReplacement, double fraction, std::optional<std::uint64_t> seed = {}) const;
  /// Disjoint RDDs that hold all records, each record at random by weight. IllegalArgument for a negative weight, or none
  /// above 0.
  std::vector<RDD<T>> randomSplit(const std::vector<double>& weights,
                                  std::optional<std::uint64_t> seed = {}) const;

  /// The lines that a child process per partition (empty ones too) writes, given each record as a line; see PipeOptions.
  /// The command is split at spaces, or given as words; no shell is involved. SparkException in the task, with the
  /// command, if it cannot be run or ends with another status than 0. What it writes to its error output is logged.
  RDD<std::string> pipe(const std::string& command, const PipeOptions<T>& options = {}) const;
  RDD<std::string> pipe(const std::vector<std::string>& command, const PipeOptions<T>& options = {}) const;

  // ---- Transformations: wide. `partitions` as in PairRDDFunctions. --------------------------------------------------

  /// Exactly `partitions` partitions, the records spread evenly (round robin from each parent partition). Order is lost.
  /// IllegalArgument below 1.
  RDD<owned_t<T>> repartition(int partitions) const;
  /// As repartition if `shuffle`, else as coalesce(partitions) with owned records.
  RDD<owned_t<T>> coalesce(int partitions, bool shuffle) const;

  /// Each record once. Order is lost; the partitioner is kept where the number of partitions stays, without a shuffle.
  RDD<owned_t<T>> distinct(std::optional<int> partitions = {}) const;
  /// The records that are in both, each once.
  template <class U>
    requires std::is_same_v<owned_t<U>, owned_t<T>>
  RDD<owned_t<T>> intersection(const RDD<U>& other, const Partitions& partitions = {}) const;
  /// The records that are not in `other`, duplicates included. Without a number as many partitions as here.
  template <class U>
    requires std::is_same_v<owned_t<U>, owned_t<T>>
  RDD<owned_t<T>> subtract(const RDD<U>& other, const Partitions& partitions = {}) const;
  /// (f(record), all records for which f gives it); see groupByKey.
  template <class F>
    requires MapFn<F, T>
  RDD<GroupByResult<F, T>> groupBy(F function, const Partitions& partitions = {}) const;
  /// All records in order of f(record); see sortByKey.
  template <class F>
    requires SortFn<F, T>
  RDD<owned_t<T>> sortBy(F function, bool ascending = true, std::optional<int> partitions = {}) const;

  // ---- Actions ------------------------------------------------------------------------------------------------------

  /// All records, in partition order.
  std::vector<owned_t<T>> collect() const;
  /// How many records there are.
  std::int64_t count() const;
  /// The first n records in partition order; runs as few partitions as it can. Empty for n <= 0.
  std::vector<owned_t<T>> take(int n) const;
  /// The first record. Unsupported if there is none.
  owned_t<T> first() const;
  /// How often each record is there.
  KeyedMap<owned_t<T>, std::int64_t> countByValue() const
    requires HashableKey<owned_t<T>>;
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

  /// True if there are no partitions, or no records in them; runs as few partitions as it can.
  bool isEmpty() const;
  /// The first n records in the order of less(a, b), sorted; top: the last n, the last one first. Empty for n <= 0.
  template <class Less = NaturalLess>
    requires RecordOrder<Less, T>
  std::vector<owned_t<T>> takeOrdered(int n, Less less = {}) const;
  template <class Less = NaturalLess>
    requires RecordOrder<Less, T>
  std::vector<owned_t<T>> top(int n, Less less = {}) const;
  /// The last and the first record in the order of less(a, b). Unsupported for an empty RDD.
  template <class Less = NaturalLess>
    requires RecordOrder<Less, T>
  owned_t<T> max(Less less = {}) const;
  template <class Less = NaturalLess>
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
  /// SparkException naming the file if it cannot be written; IllegalArgument if the directory exists; Unsupported for a
  /// path with another scheme than `file:`.
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

  /// Keeps each partition from its first computation on, as the level says: in memory as objects or (_SER) as the bytes of
  /// the record's codec, on the disk (spark.local.dir), or in memory as long as the memory budget (spark.memory.fraction)
  /// has room and then on the disk. What the budget has no room for, and no disk takes, is computed whenever it is read; that
  /// is logged once. Unsupported if another level is set already, and for bytes of a type that has no codec.
  RDD<T> persist(StorageLevel level = StorageLevel::MEMORY_ONLY) const;
  RDD<T> cache() const { return persist(); }
  /// Frees what persist keeps. That is done when it returns, `blocking` or not; what a task reads stays until it is done.
  RDD<T> unpersist(bool blocking = false) const;
  /// Marks the RDD: after the first job that reads it, of its own or of one made of it, a job of its own writes the partitions
  /// to the directory of SparkContext::setCheckpointDir, and from then on they are read from there; what the RDD was made of
  /// is let go of. cache() it too, else its partitions are computed twice. What that job throws, the action throws. The files
  /// stay. SparkException if no directory is set; the record's type needs a Codec.
  void checkpoint() const;
  /// The same in the RDD's own cache, at MEMORY_AND_DISK unless it has a level already: quick, but lost with the process.
  /// unpersist() does nothing from then on.
  RDD<T> localCheckpoint() const;
  /// True once it is written.
  bool isCheckpointed() const { return node_->isCheckpointed(); }
  /// Where it was written; nothing before that, and for a local one.
  std::optional<std::string> getCheckpointFile() const {
    std::string directory = node_->checkpointDirectory();
    return directory.empty() ? std::nullopt : std::optional(std::move(directory));
  }
  StorageLevel getStorageLevel() const { return node_->storageLevel(); }
  /// Its number in its context, from 0; each RDD has another one.
  int id() const { return node_->id(); }
  int getNumPartitions() const { return node_->partitions(); }
  /// The context that this RDD belongs to. IllegalState for one of an engine made by hand.
  SparkContext sparkContext() const;
  /// How the keys are spread over the partitions, if that is known.
  std::optional<Partitioner> partitioner() const;
  /// Gives the RDD a name, for toDebugString.
  RDD<T> setName(std::string name) const {
    node_->setName(std::move(name));
    return *this;
  }
  std::string name() const { return node_->name(); }
  /// The operators that make this RDD, one a line, as Spark shows them: partitions, kind, number (parents have smaller
  /// ones), storage level; indented behind each shuffle. Unlike there, a shuffle that has run stands for all before it.
  std::string toDebugString() const { return core::JobGraph(node_).toDebugString(); }
  /// True for the null RDD.
  bool isNull() const { return node_ == nullptr; }

  const core::NodePtr& node() const { return node_; }

 private:
  using PairRDDFunctions<T>::node_;
};

}  // namespace millrace
