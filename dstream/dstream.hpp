#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/dstream/state/state_spec.hpp>
#include <millrace/rdd/rdd.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

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

/// Which pairs (key, value) an incremental window keeps.
template <class F, class T>
concept PairPredicate = std::predicate<const F&, const KeyedResult<T>&>;

/// A stream of records, cut into one RDD per batch. A handle is a cheap value; copies mean the same stream. Names and
/// meaning are Spark's (Scala API, DStream and PairDStreamFunctions).
///
/// Operators are added until the context starts (IllegalState afterwards). What user functions throw ends up in
/// awaitTermination, naming batch, operator and partition; other outputs and later batches go on.
template <class T>
class DStream {
 public:
  using value_type = T;

  explicit DStream(core::StreamPtr node) : node_(std::move(node)) {
    node_->setRecordOps(core::recordOps<T>());
  }

  /// A stream of views is one of owned records wherever such is asked for: `DStream<std::string_view>` to
  /// `DStream<std::string>`. Costs a copy of each record's text.
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

  /// The records of this stream, then those of `other`, in each batch; duplicates stay. IllegalArgument unless both are of
  /// the same context and have the same slide. (Spark: union, a keyword here)
  DStream<T> union_(const DStream<T>& other) const;

  /// The records spread evenly over so many partitions. IllegalArgument below 1.
  DStream<owned_t<T>> repartition(int partitions) const;

  // ---- By partition and batch. --------------------------------------------------------------------------------------

  /// The range f(records) for each partition, empty ones included; take `records` as `auto&`: a single-pass range of
  /// owned records.
  template <class F>
    requires MapPartitionsFn<F, T>
  DStream<MapPartitionsResult<F, T>> mapPartitions(F function, bool preservesPartitioning = false) const;

  /// (key, values of the key in the batch folded with f), hash-partitioned by default parallelism. f must be associative
  /// and commutative.
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKey(F function) const;
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKey(F function, int partitions) const;

  // ---- Windows: lengths and slides are multiples of this stream's slide, else IllegalArgument. ----------------------

  /// The records of the last `windowDuration`, every `slideDuration` (default: this stream's slide), batch after batch.
  /// Early windows are shorter. Persists this stream.
  DStream<T> window(Duration windowDuration) const;
  DStream<T> window(Duration windowDuration, Duration slideDuration) const;

  /// (key, values of the key in the window folded with f). A key leaves with its last value.
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Duration windowDuration) const;
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Duration windowDuration,
                                               Duration slideDuration) const;
  template <class F>
    requires PairLike<T> && Reducer<F, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Duration windowDuration, Duration slideDuration,
                                               int partitions) const;

  /// The same, kept up to date: takes off what leaves with `inverse` (inverse(f(x, y), x) == y), then adds what enters.
  /// Costs what changed, not what the window holds. A key whose values have all left stays with its zero value, unless
  /// `filter(key and value)` says no; a filter must never drop a key that still has values in the window. Needs a
  /// checkpoint directory.
  template <class F, class Inverse>
    requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration) const;
  template <class F, class Inverse>
    requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration,
                                               Duration slideDuration) const;
  template <class F, class Inverse>
    requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration,
                                               Duration slideDuration, int partitions) const;
  template <class F, class Inverse, class Filter>
    requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>> && PairPredicate<Filter, T>
  DStream<KeyedResult<T>> reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration,
                                               Duration slideDuration, int partitions, Filter filter) const;

  // ---- State over batches. ------------------------------------------------------------------------------------------

  /// Calls the function of the spec once for each record, with the state of the record's key, and emits what it gives; in
  /// continuous mode at once. Gives a MapWithStateDStream. Needs a checkpoint directory.
  template <class F>
    requires PairLike<T>
  auto mapWithState(const StateSpecOf<F>& spec) const;

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

  /// Prints the first `num` records of each batch to stdout, below a header with the batch's time.
  void print(int num = 10) const;

  /// Writes each batch as directory `prefix-TIME.suffix` of text files (TIME in ms); replaces one that exists.
  void saveAsTextFiles(const std::string& prefix, const std::string& suffix = "") const;

  // ---- Storage and structure. ---------------------------------------------------------------------------------------

  /// Keeps each batch's RDD in memory until nothing can ask for it again. Unsupported after start.
  DStream persist(StorageLevel level = StorageLevel::MEMORY_ONLY_SER) const;
  DStream cache() const { return persist(); }
  /// Sets the interval of this stream's checkpoints. Unsupported after start.
  DStream checkpoint(Duration interval) const {
    node_->checkpoint(interval);
    return *this;
  }
  /// The RDDs of the times in [from, to], both included. SparkException before start, and for a stream that no
  /// output uses.
  std::vector<RDD<T>> slice(Time from, Time to) const;
  std::vector<RDD<T>> slice(Interval interval) const {
    return slice(interval.beginTime(), interval.endTime());
  }

  Duration slideDuration() const { return node_->slideDuration(); }
  const core::StreamPtr& node() const { return node_; }

 private:
  core::StreamPtr node_;
};

}  // namespace millrace
