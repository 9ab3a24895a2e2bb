#pragma once

#include <millrace/contexts/spark_conf.hpp>
#include <millrace/io/object_file.hpp>
#include <millrace/io/portable_data_stream.hpp>
#include <millrace/rdd/accumulator.hpp>
#include <millrace/rdd/broadcast.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/gather.hpp>
#include <millrace/rdd/core/graph/lazy_range.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>
#include <millrace/rdd/core/run/spark_listener.hpp>
#include <millrace/rdd/rdd.hpp>
#include <millrace/rdd/rdd_info.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

/// What becomes an RDD: a range of records.
template <class R>
concept RecordRange =
    std::ranges::input_range<R> &&
    core::kIsAssignable<std::ranges::range_value_t<R>>;  // it has no const member and no reference

/// Where RDDs come from and run: the threads of this process (`spark.master`). A handle is a cheap value; copies mean
/// the same context, which ends with `stop` or with its last handle and RDD.
class SparkContext {
 public:
  explicit SparkContext(const SparkConf& conf);
  /// With an engine made by hand: other job runners, file systems or chunk sizes, for tests.
  SparkContext(const SparkConf& conf, core::EnginePtr engine);
  /// The context that runs on this engine. IllegalState if there was none.
  static SparkContext of(core::EnginePtr engine);

  /// An RDD of the records of a range, in `slices` slices (default parallelism, if not said); slice i of k over n
  /// records holds [i*n/k, (i+1)*n/k). The records are copied at once, but for those of a range that is computed
  /// (views::iota, its pieces, a transform of it by a function that captures nothing): they are made when they are read,
  /// and never held as a whole. IllegalArgument below 1.
  template <RecordRange R>
  RDD<owned_t<std::ranges::range_value_t<R>>> parallelize(R&& records, int slices) const {
    using T = owned_t<std::ranges::range_value_t<R>>;
    if constexpr (core::LazyRange<R>) {
      return RDD<T>(core::lazyRangeNode<std::remove_cvref_t<R>>(engine(), records, slices));
    } else {
      core::RecordVector<T> owned;
      if constexpr (std::ranges::sized_range<R>)
        owned.reserve(static_cast<std::size_t>(std::ranges::size(records)));
      for (auto&& record : records)
        owned.push_back(own(static_cast<const std::ranges::range_value_t<R>&>(record)));
      return RDD<T>(core::parallelNode(engine(), std::move(owned), slices));
    }
  }
  template <RecordRange R>
  auto parallelize(R&& records) const {
    return parallelize(std::forward<R>(records), defaultParallelism());
  }
  template <RecordRange R>
  auto makeRDD(R&& records, int slices) const {
    return parallelize(std::forward<R>(records), slices);
  }
  template <RecordRange R>
  auto makeRDD(R&& records) const {
    return parallelize(std::forward<R>(records));
  }

  /// The RDD without partitions.
  template <class T>
  RDD<T> emptyRDD() const {
    return RDD<T>(core::blockNode(engine(), core::rddOperator("emptyRDD"), {}));
  }

  /// The partitions of all these RDDs, one after another, or partition by partition where all have equal partitioners
  /// (RDD::union_); those without partitions are left out. There may be none at all. (Spark: union, a keyword here)
  template <class T>
  RDD<T> union_(const std::vector<RDD<T>>& rdds) const {
    std::vector<core::NodePtr> nodes;
    for (const RDD<T>& rdd : rdds) nodes.push_back(rdd.node());
    return RDD<T>(
        core::keyedUnionNode(engine(), core::rddOperator("union"), std::move(nodes), core::concatReaders<T>));
  }
  template <class T, std::same_as<RDD<T>>... Rest>
  RDD<T> union_(const RDD<T>& first, const Rest&... rest) const {
    return union_(std::vector<RDD<T>>{first, rest...});
  }

  /// The numbers start, start + step, ... before `end`; made when they are read. IllegalArgument for step 0 and below 1
  /// slice.
  RDD<std::int64_t> range(std::int64_t start, std::int64_t end, std::int64_t step, int slices) const;
  RDD<std::int64_t> range(std::int64_t start, std::int64_t end, std::int64_t step = 1) const;

  /// The lines of text files, split at LF, CR and CRLF, as views: a path may be a file, a directory (its files, but for
  /// names that begin with `.` or `_`), a glob (`*`, `?`, `[a-z]`, `{a,b}`, `\` before what means itself), or a list of
  /// these with commas, each with or without `file:`. gzip and zstd files, known by their content, are decompressed, each
  /// as one partition. At least `minPartitions` partitions where there are that many lines; default min(2, default
  /// parallelism). SparkException naming what cannot be read, here and below; Unsupported, wherever a path is taken, for
  /// another scheme than `file:`.
  RDD<std::string_view> textFile(const std::string& path, int minPartitions) const;
  RDD<std::string_view> textFile(const std::string& path) const;
  /// (path, content) of each file, in the order of the paths; gzip and zstd are decompressed. Several files make a partition.
  RDD<std::pair<std::string, std::string>> wholeTextFiles(const std::string& path, int minPartitions) const;
  RDD<std::pair<std::string, std::string>> wholeTextFiles(const std::string& path) const;
  /// The same with the bytes as they are, read when they are asked for.
  RDD<std::pair<std::string, PortableDataStream>> binaryFiles(const std::string& path,
                                                              int minPartitions) const;
  RDD<std::pair<std::string, PortableDataStream>> binaryFiles(const std::string& path) const;
  /// Records of `recordLength` bytes each, as views. IllegalArgument below 1.
  RDD<std::string_view> binaryRecords(const std::string& path, int recordLength) const;
  /// What saveAsObjectFile wrote, as the type that was saved. SparkException naming file and byte for damage, a cut, and
  /// records of another shape.
  template <class T>
  RDD<T> objectFile(const std::string& path, int minPartitions) const {
    return RDD<T>(core::objectFileNode<T>(engine(), path, minPartitions));
  }
  template <class T>
  RDD<T> objectFile(const std::string& path) const {
    return objectFile<T>(path, std::min(2, defaultParallelism()));
  }

  /// A value that many tasks read.
  template <class T>
  Broadcast<std::decay_t<T>> broadcast(T&& value) const {
    return Broadcast<std::decay_t<T>>(std::forward<T>(value));
  }
  /// Sums of what tasks add.
  LongAccumulator longAccumulator(std::string name = {}) const;
  DoubleAccumulator doubleAccumulator(std::string name = {}) const;
  /// All that tasks add.
  template <class T>
  CollectionAccumulator<T> collectionAccumulator(std::string name = {}) const {
    return CollectionAccumulator<T>(std::move(name));
  }
  /// An accumulator of a kind of your own, which begins as `zero`. (Spark: register, a keyword here)
  template <AccumulatorKind A>
  Accumulator<A> register_(A zero, std::string name = {}) const {
    return Accumulator<A>(std::move(zero), std::move(name));
  }

  /// Where RDD::checkpoint writes: a new directory of this context's own below `directory`. (StreamingContext::checkpoint
  /// sets it too.)
  void setCheckpointDir(const std::string& directory) const;
  /// That directory; nothing if none is set.
  std::optional<std::string> getCheckpointDir() const;

  /// What is stored of the cached RDDs, in the order in which they were made; not of those of which nothing is.
  std::vector<RDDInfo> getRDDStorageInfo() const;

  /// The listener is told of what begins from now on, after one onApplicationStart. Removing one that is not there has no
  /// effect.
  void addSparkListener(std::shared_ptr<SparkListener> listener) const;
  void removeSparkListener(const std::shared_ptr<SparkListener>& listener) const;

  /// Local properties say something about the jobs that this thread runs: all from now on, and asynchronous actions. They
  /// belong to the thread, whatever context runs its jobs; a new thread begins with none (in Spark, with those of the
  /// thread that made it), so set them where the actions are. What foreachRDD runs has those of the thread that started
  /// the StreamingContext, but for its job group. Nothing as a value removes the property.
  ///
  /// spark.scheduler.pool names the pool of this thread's jobs, see spark.scheduler.mode.
  void setLocalProperty(const std::string& key, std::optional<std::string> value) const;
  std::optional<std::string> getLocalProperty(std::string_view key) const;
  void setJobDescription(std::optional<std::string> description) const;
  /// Makes the jobs of this thread parts of a group, to be cancelled together from any thread. `interruptOnCancel` has no
  /// effect: no thread of C++ can be interrupted, and tasks notice a cancellation without, see cancelJobGroup.
  void setJobGroup(std::string groupId, std::string description, bool interruptOnCancel = false) const;
  void clearJobGroup() const;

  /// Cancels the jobs of a group that run at this moment; later ones run. Their actions throw SparkException ("job 3
  /// cancelled (part of cancelled job group reports)"), once their tasks have ended: no further one begins, and those that
  /// run end with their next chunk. A function that takes long can ask TaskContext::isInterrupted. What changes in place
  /// is not cut short: a window or state moves on before its job fails, and a partition of a shuffle is merged. Does not
  /// wait. A job that has all its results succeeds, and one that is not there is nothing to cancel.
  void cancelJobGroup(const std::string& groupId) const;
  /// The same for all jobs, for the job with a number, or for the one that runs this stage; listeners are told the numbers.
  void cancelAllJobs() const;
  void cancelJob(int jobId, const std::string& reason = {}) const;
  void cancelStage(int stageId, const std::string& reason = {}) const;

  const SparkConf& getConf() const;
  std::string appName() const;
  /// Where tasks run, as `spark.master` says it.
  std::string master() const;
  /// What tells this context from others: "local-" and the ms since the epoch at which it was made, or a little more
  /// where two were made at once. (Spark: applicationId)
  std::string applicationId() const;
  /// What the library logs from now on, in the whole process: ALL, TRACE and DEBUG all lines, INFO, WARN and ERROR those
  /// of this weight and above, FATAL and OFF none; in any case of letters. IllegalArgument for another name. The setting
  /// spark.log.level does the same when a context is made.
  void setLogLevel(std::string_view level) const;
  int defaultParallelism() const;
  /// Ends the context: actions throw IllegalState from now on. Listeners are told, for at most two seconds.
  void stop() const;
  bool isStopped() const;

  const core::EnginePtr& engine() const;

 private:
  struct Identity;
  struct State;
  explicit SparkContext(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::shared_ptr<const State> state_;
};

template <class T>
SparkContext RDD<T>::sparkContext() const {
  return SparkContext::of(node_->enginePtr());
}

}  // namespace millrace
