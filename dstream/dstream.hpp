#pragma once

#include <millrace/dstream/core/record_ops.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/dstream/pair_dstream.hpp>
#include <millrace/rdd/rdd.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

/// What foreachRDD calls: f(rdd) or f(rdd, time).
template <class F, class T>
concept RDDFn = std::copy_constructible<F> &&
                (std::invocable<const F&, const RDD<T>&> || std::invocable<const F&, const RDD<T>&, Time>);

namespace core {
template <class W>
struct ProcessOf;
}

/// What foreach takes: a writer with `process(record)`, or a plain callable f(record).
template <class W, class T>
concept RecordWriterFn = std::copy_constructible<W> && ElementFn<core::ProcessOf<W>, T>;

namespace core {

/// The record type of the RDD that a function of RDDs gives; void if it gives no RDD, so that declarations compile.
template <class R>
struct RecordOfRdd {
  using type = void;
};
template <class R>
struct RecordOfRdd<RDD<R>> {
  using type = R;
};
template <class F, class... Args>
struct TransformResultOf {
  using type = void;
};
template <class F, class... Args>
  requires std::invocable<const F&, Args...>
struct TransformResultOf<F, Args...> : RecordOfRdd<std::decay_t<std::invoke_result_t<const F&, Args...>>> {};
template <class F, class... Args>
  requires(!std::invocable<const F&, Args...> && std::invocable<const F&, Args..., Time>)
struct TransformResultOf<F, Args...>
    : RecordOfRdd<std::decay_t<std::invoke_result_t<const F&, Args..., Time>>> {};

}  // namespace core

/// A function for transform and transformWith: f(rdds…) or f(rdds…, time), which gives an RDD.
template <class F, class... Args>
concept TransformFn =
    std::copy_constructible<F> && !std::is_void_v<typename core::TransformResultOf<F, Args...>::type>;
template <class F, class... Args>
using TransformResult = typename core::TransformResultOf<F, Args...>::type;

/// A stream of records, cut into one RDD per batch. A handle is a cheap value; copies mean the same stream. Names and
/// meaning are Spark's (Scala API, DStream and PairDStreamFunctions).
///
/// Operators are added until the context starts (IllegalState afterwards). User functions that run in tasks are copied
/// once per task: for each partition of each batch or epoch. What they throw ends up in awaitTermination, naming batch,
/// operator and partition; other outputs and later batches go on.
///
/// A batch in which a parent has no RDD (its source made none) has none either, unless an operator says otherwise.
/// Operations on pairs are in PairDStreamFunctions.
template <class T>
class DStream : public PairDStreamFunctions<T> {
 public:
  using value_type = T;

  explicit DStream(core::StreamPtr node) : PairDStreamFunctions<T>(std::move(node)) {
    static_assert(core::kIsAssignable<T>, "a record has no const member and no reference");
    node_->setRecordOps(core::recordOps<T>());
  }

  /// Makes a stream of owned records of one of views, wherever such is asked for: `DStream<std::string>` of
  /// `DStream<std::string_view>`. Costs a copy of each record's text.
  template <class U>
    requires(!kIsOwned<U> && std::is_same_v<owned_t<U>, T> && !std::is_same_v<U, T>)
  DStream(const DStream<U>& views);

  /// Names the operator: in errors, in metrics, and for finding its state again.
  DStream name(const std::string& text) const {
    node_->setName(text);
    return *this;
  }

  // ---- Record by record: partitions and order as in this stream. ----------------------------------------------------

  /// f(record) for each record.
  template <class F>
    requires MapFn<F, T>
  DStream<ElementResult<F, T>> map(F function) const;

  /// All records of the range f(record), in order. The range may be lazy and of any length.
  template <class F>
    requires FlatMapFn<F, T>
  DStream<FlatMapResult<F, T>> flatMap(F function) const;

  /// The records for which the predicate holds.
  template <class F>
    requires Predicate<F, T>
  DStream<T> filter(F predicate) const;

  /// The records of this stream, then those of `other`, in each batch; duplicates stay. Partitions and their order are
  /// those of RDD::union_: what both have reduced into equal partitioners stays so. IllegalArgument unless both are of the
  /// same context and have the same slide; SparkException where one has no RDD. (Spark: union, a keyword here)
  DStream<T> union_(const DStream<T>& other) const;

  /// The records spread evenly over so many partitions, those of one partition in their order; in continuous mode
  /// partitions mix as they come. IllegalArgument below 1; SparkException without an RDD.
  DStream<owned_t<T>> repartition(int partitions) const;

  // ---- By partition and batch. --------------------------------------------------------------------------------------

  /// The range f(records) for each partition, empty ones included; take `records` as `auto&`: a single-pass range of
  /// owned records.
  template <class F>
    requires MapPartitionsFn<F, T>
  DStream<MapPartitionsResult<F, T>> mapPartitions(F function, bool preservesPartitioning = false) const;

  /// One vector per partition, with all its records.
  DStream<std::vector<owned_t<T>>> glom() const;

  /// All records of the batch folded with f: one record, or none for an empty batch. f must be associative and
  /// commutative.
  template <class F>
    requires Reducer<F, owned_t<T>>
  DStream<owned_t<T>> reduce(F function) const;

  /// How many records the batch has: one record, 0 for an empty batch. SparkException where there is no RDD.
  DStream<std::int64_t> count() const;

  /// (record, how often it is in the batch). `partitions` as in PairDStreamFunctions.
  DStream<std::pair<owned_t<T>, std::int64_t>> countByValue(const Partitions& partitions = {}) const;

  /// The RDD that f(rdd) or f(rdd, time) makes of each batch's. f runs on the driver while a batch is made, and may run
  /// actions. SparkException where there is no RDD, and if f gives the null RDD.
  template <class F>
    requires TransformFn<F, const RDD<T>&>
  DStream<TransformResult<F, const RDD<T>&>> transform(F function) const;
  /// The same of two streams of one context and slide: f(rdd, other's rdd) or f(rdd, other's rdd, time).
  template <class U, class F>
    requires TransformFn<F, const RDD<T>&, const RDD<U>&>
  DStream<TransformResult<F, const RDD<T>&, const RDD<U>&>> transformWith(const DStream<U>& other,
                                                                          F function) const;

  // ---- Windows: lengths and slides are multiples of this stream's slide, else IllegalArgument. ----------------------

  /// The records of the last `windowDuration`, every `slideDuration` (default: this stream's slide), batch after batch;
  /// partitions and their order are those of RDD::union_. Early windows are shorter. Persists this stream.
  DStream<T> window(Duration windowDuration, std::optional<Duration> slideDuration = {}) const;

  /// All records of the window folded with f: one record, or none while the window is empty.
  template <class F>
    requires Reducer<F, owned_t<T>>
  DStream<owned_t<T>> reduceByWindow(F function, Duration windowDuration, Duration slideDuration) const;
  /// The same, kept up to date with an inverse: once a window has had a record, each one has a result, whether they
  /// overlap or not.
  template <class F, class Inverse>
    requires Reducer<F, owned_t<T>> && Reducer<Inverse, owned_t<T>>
  DStream<owned_t<T>> reduceByWindow(F function, Inverse inverse, Duration windowDuration,
                                     Duration slideDuration) const;
  /// For arguments that fit neither: the error that says so.
  template <class F>
  DStream<owned_t<T>> reduceByWindow(F, ...) const {
    static_assert(
        sizeof(F) == 0,
        "reduceByWindow takes a function that folds two records into one; maybe one that takes a record off "
        "again; the window's length and slide (Seconds(30), Seconds(10))");
    return DStream<owned_t<T>>(node_);
  }
  /// How many records the window has: no result before the first record of any window, then one for each, 0 when it is
  /// empty. Needs a checkpoint directory.
  DStream<std::int64_t> countByWindow(Duration windowDuration, Duration slideDuration) const;
  /// (record, how often it is in the window). Needs a checkpoint directory.
  DStream<std::pair<owned_t<T>, std::int64_t>> countByValueAndWindow(Duration windowDuration,
                                                                     Duration slideDuration,
                                                                     const Partitions& partitions = {}) const;

  // ---- Outputs: registered in order, run batch by batch in that order. ----------------------------------------------

  /// Runs f on each batch's RDD, on the driver's thread; also for an empty RDD, not where there is none.
  template <class F>
    requires RDDFn<F, T>
  void foreachRDD(F function) const;

  /// Gives each record to a writer: in continuous mode as it arrives, else when its batch runs. Each partition of a batch
  /// or epoch has a copy of its own, on which `bool open(int partition, std::int64_t epoch)` is called first (false skips
  /// the partition), then `process(record)` for each record, then `close(std::exception_ptr)`, null unless something
  /// failed. open and close may be missing, and a plain callable is taken as process. Epochs count from 0.
  template <class W>
    requires RecordWriterFn<W, T>
  void foreach (W writer) const;

  /// Prints the first `num` records of each batch to std::cout, below a header with the batch's time. Where that cannot be
  /// written (a full disk, a pipe that nobody reads) the batch's output fails with SparkException and later ones go on.
  void print(int num = 10) const;

  /// Writes each batch as directory `prefix-TIME.suffix` of text files (TIME in ms); replaces one that exists, so two
  /// outputs of a program that write to the same directories are IllegalArgument at start.
  void saveAsTextFiles(const std::string& prefix, const std::string& suffix = "") const;
  /// The same as object files, which SparkContext::objectFile reads. The record's type needs a Codec.
  void saveAsObjectFiles(const std::string& prefix, const std::string& suffix = "") const;

  // ---- Storage and structure. ---------------------------------------------------------------------------------------

  /// Keeps each batch's RDD until nothing can ask for it again, as RDD::persist does. Without a level it is
  /// MEMORY_ONLY_SER, as in Spark, of which the records stay objects all the same: reading them costs nothing. Unsupported
  /// after start.
  DStream persist(StorageLevel level) const;
  DStream persist() const;
  DStream cache() const { return persist(); }
  /// Sets the interval of this stream's checkpoints. Unsupported after start.
  DStream checkpoint(Duration interval) const {
    node_->checkpoint(interval);
    return *this;
  }
  /// The RDDs of the times in [from, to], both included, that exist: from the oldest that is remembered to that of the
  /// newest batch. SparkException before start, and for a stream that no output uses.
  std::vector<RDD<T>> slice(Time from, Time to) const;
  std::vector<RDD<T>> slice(Interval interval) const {
    return slice(interval.beginTime(), interval.endTime());
  }

  /// The RDD of a time, made at most once; nothing where the stream has none. For streams of your own: others have no use
  /// for it. (Spark: getOrCompute)
  std::optional<RDD<T>> getOrCompute(Time time) const;

  Duration slideDuration() const { return node_->slideDuration(); }
  const core::StreamPtr& node() const { return node_; }

 private:
  using PairDStreamFunctions<T>::node_;
};

}  // namespace millrace
