#pragma once

#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <millrace/contexts/spark_conf.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/dstream/core/union_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/input/input_dstream.hpp>
#include <millrace/dstream/input/partitioned_source.hpp>
#include <millrace/dstream/input/queue_stream.hpp>
#include <millrace/dstream/input/rdd_queue.hpp>
#include <millrace/dstream/input/vanished_file.hpp>
#include <millrace/dstream/ops/transform.hpp>
#include <millrace/io/file_filter.hpp>
#include <millrace/io/received_form.hpp>
#include <millrace/io/receiver.hpp>
#include <millrace/io/serialized_block.hpp>
#include <millrace/io/socket_receiver.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

class Clock;

template <class F>
using FileReadResult = std::invoke_result_t<const F&, const SparkContext&, const std::string&>;
/// Gives the RDD of the records of one file.
template <class F>
concept FileReadFn = requires { typename FileReadResult<F>::value_type; } &&
                     std::same_as<FileReadResult<F>, RDD<typename FileReadResult<F>::value_type>>;

template <class F>
using StreamConverterResult = std::invoke_result_t<F&, std::istream&>;
/// Gives the next record of a connection, or nothing.
template <class F>
concept StreamConverterFn = std::copy_constructible<F> && requires {
  typename StreamConverterResult<F>::value_type;
} && std::same_as<StreamConverterResult<F>, std::optional<typename StreamConverterResult<F>::value_type>>;

enum class StreamingContextState { INITIALIZED, ACTIVE, STOPPED };

/// The start of every stream program: makes streams, starts and stops them. Move-only; its destructor stops it. Only one
/// may be active in a process. Every method may be called by any thread. (Spark: StreamingContext)
///
/// | call                        | INITIALIZED            | ACTIVE       | STOPPED      |
/// |-----------------------------|------------------------|--------------|--------------|
/// | new stream, operator, output| yes                    | IllegalState | IllegalState |
/// | start                       | checks, then ACTIVE    | warning      | IllegalState |
/// | stop                        | warning, STOPPED       | stops        | warning      |
/// | awaitTermination            | waits                  | waits        | returns      |
class StreamingContext {
 public:
  /// One batch per `batchDuration`. IllegalArgument unless that is positive, and 100 years at most.
  StreamingContext(const SparkConf& conf, Duration batchDuration);
  StreamingContext(const SparkContext& sparkContext, Duration batchDuration);
  /// With a clock of its own, for tests: `ManualClock` of <millrace/base/clock.hpp>.
  StreamingContext(const SparkContext& sparkContext, Duration batchDuration, std::shared_ptr<Clock> clock);
  StreamingContext(StreamingContext&&) noexcept;
  StreamingContext& operator=(StreamingContext&&) noexcept;
  ~StreamingContext();

  SparkContext sparkContext() const;
  /// The time from one batch, or epoch, to the next.
  Duration batchDuration() const;
  /// SparkContext::setLogLevel.
  void setLogLevel(std::string_view level) const;

  /// Keeps the RDDs of streams at least this long, for slices. Once only, and not below 0 (IllegalArgument), before start.
  void remember(Duration duration);
  /// Keeps in this directory how far the program has come, after each batch: states, windows, and the places of sources that
  /// can be read again. Makes the directory. A program that is to go on there after a restart is made with getOrCreate; where a
  /// program is not, what an earlier run has left in the directory is moved aside when it starts. (docs/recovery.md)
  void checkpoint(const std::string& directory);

  /// The context that `create()` makes, a function without parameters that gives a StreamingContext with checkpoint(directory)
  /// and all streams. When it starts it goes on behind the last batch that an earlier run has completed, if there was one, in
  /// either mode: operators are matched by the names that `name` gave them, others by number and kind. start() throws
  /// IllegalArgument where program and checkpoint do not fit, with all the reasons, and SparkException if another process runs
  /// on the directory. (Spark makes no new context then, and loses the checkpoint when the code changes)
  template <class F>
    requires std::same_as<std::invoke_result_t<F&>, StreamingContext>
  static StreamingContext getOrCreate(const std::string& checkpointDirectory, F create) {
    StreamingContext context = create();
    context.goOnFrom(checkpointDirectory);
    return context;
  }

  // ---- Sources ------------------------------------------------------------------------------------------------------

  /// Lines of a TCP server, as views, split at LF, CR and CRLF. Connects again and again when the connection is refused
  /// or ends (spark.streaming.receiverRestartDelay). Lines longer than spark.streaming.receiver.maxLineBytes are skipped
  /// and counted; bytes that are no UTF-8 stay as they are and are counted. One partition per
  /// spark.streaming.blockInterval in which something came. A peer that says nothing for
  /// spark.streaming.receiver.idleTimeout, if that is set, is left and asked anew.
  DStream<std::string_view> socketTextStream(const std::string& hostname, int port,
                                             StorageLevel level = StorageLevel::MEMORY_AND_DISK_SER_2);

  /// Records that `converter(in)` makes of the bytes of a TCP server: a std::optional<T>, one record for each call, nothing
  /// when there are no more. At the end of the peer's stream `in` is at its end; then, and when the converter throws, the
  /// connection is made anew as above. Each connection is read by a copy of the converter, on one thread. Reading waits for
  /// the peer; when the connection fails or the context stops it throws, and a record that is given all the same is dropped.
  template <StreamConverterFn F>
  auto socketStream(const std::string& hostname, int port, F converter,
                    StorageLevel level = StorageLevel::MEMORY_AND_DISK_SER_2) {
    return socketStream<typename StreamConverterResult<F>::value_type>(hostname, port, std::move(converter),
                                                                       level);
  }
  template <class T>
  DStream<T> socketStream(const std::string& hostname, int port,
                          std::function<std::optional<T>(std::istream&)> converter,
                          StorageLevel level = StorageLevel::MEMORY_AND_DISK_SER_2) {
    return DStream<T>(addReceiver("Socket stream",
                                  std::make_unique<core::SocketReceiver<T>>(
                                      peer("socketStream", hostname, port), std::move(converter), level),
                                  core::receivedForm<T>()));
  }

  /// Blocks of serialized records of a TCP server: before each stands its length, four bytes, big-endian, 64 MiB at most.
  /// A block is what the Codec of std::vector<T> writes. It is stored as it comes, as a partition, and read by those who need
  /// its records; where it is damaged it ends, which is logged. Connects as above.
  template <class T>
  DStream<T> rawSocketStream(const std::string& hostname, int port,
                             StorageLevel level = StorageLevel::MEMORY_AND_DISK_SER_2) {
    static_cast<void>(core::requiredCodec<T>());
    return DStream<T>(addRaw(hostname, port, core::serializedBlock<T>, core::receivedForm<T>(), level));
  }

  /// Lines of the files that appear in a directory, as views: a batch reads each new file once, whole. `directory` may be
  /// a glob of directories; files in directories below them are not read. A file is to be moved in, not written in place;
  /// what is appended later is ignored. Files whose name begins with `.` or `_` are not read. Which files are new
  /// is told in docs/porting.md (spark.streaming.fileStream.*). What cannot be read is left out, which is logged. gzip and
  /// zstd are decompressed. The files' partitions follow each other by directory and name.
  DStream<std::string_view> textFileStream(const std::string& directory);
  /// The same for records of `recordLength` bytes each, as views. IllegalArgument below 1.
  DStream<std::string_view> binaryRecordsStream(const std::string& directory, int recordLength);
  /// The same for files of any form: `read(sparkContext, path)` gives the RDD of a file's records, and `filter(path)` is
  /// true for the files that may be read; one thread at a time calls them. With newFilesOnly = false files are read, too,
  /// that were there already when the stream was made.
  template <FileReadFn F>
  auto fileStream(const std::string& directory, F read, FileFilter filter = isVisibleFile,
                  bool newFilesOnly = true) {
    using T = typename FileReadResult<F>::value_type;
    auto readFile = [context = sparkContext(), read = std::move(read)](const std::string& path) {
      return core::whileThere<T>(RDD<T>(read(context, path)).node(), path);
    };
    return DStream<T>(addFiles(directory, std::move(filter), newFilesOnly, std::move(readFile)));
  }

  /// The records that a receiver of the user's stores.
  template <class R>
    requires std::derived_from<R, core::ReceiverBase>
  auto receiverStream(std::unique_ptr<R> receiver) {
    using T = decltype(recordOf(static_cast<const R*>(nullptr)));
    return DStream<T>(addReceiver("Receiver stream", std::move(receiver), core::receivedForm<T>()));
  }

  /// The RDDs of a queue: one per batch, or all that wait. When it is empty, `defaultRDD`; without one, an empty RDD of
  /// one partition; if that is the null RDD, an empty RDD without partitions.
  template <class T>
  DStream<T> queueStream(const RDDQueue<T>& queue, bool oneAtATime = true) {
    return queueStream(queue, oneAtATime, core::emptyPartition<T>(sparkContext().engine()));
  }
  template <class T>
  DStream<T> queueStream(const RDDQueue<T>& queue, bool oneAtATime,
                         const RDD<std::type_identity_t<T>>& defaultRDD) {
    return inputStream<T>(
        std::make_shared<core::QueueInput>(graph(), queue.nodes(), oneAtATime, defaultRDD.node()));
  }

  /// A source of your own, a subclass of InputDStream.
  template <class Source>
    requires std::derived_from<Source, InputDStream<typename Source::value_type>>
  auto inputStream(std::shared_ptr<Source> source) {
    using T = typename Source::value_type;
    return inputStream<T>(std::make_shared<core::UserInput<T>>(graph(), std::move(source)));
  }

  /// A source of your own that is polled, partition by partition; see PartitionedSource.
  template <class Source>
    requires std::derived_from<Source, PartitionedSource<typename Source::value_type>>
  auto inputStream(std::shared_ptr<Source> source) {
    using T = typename Source::value_type;
    const int partitions = source->partitions();
    const std::string kind = source->kind();
    return DStream<T>(addPolled(
        kind, partitions, [source = std::move(source)](int partition) { return source->open(partition); },
        core::concatReaders<T>));
  }

  // ---- Several streams: IllegalArgument unless there is one at least, and all are of this context and slide alike. --

  /// The records of all streams, in this order, in each batch. (Spark: union, a keyword here)
  template <class T>
  DStream<T> union_(const std::vector<DStream<T>>& streams) {
    return DStream<T>(core::unionStream(nodesOf("union", streams), core::concatReaders<T>));
  }

  /// The RDD that f(rdds) or f(rdds, time) makes of the streams' RDDs in each batch, which it gets as a vector, in the
  /// order of the streams; see DStream::transform.
  template <class T, class F>
    requires TransformFn<F, const std::vector<RDD<T>>&>
  DStream<TransformResult<F, const std::vector<RDD<T>>&>> transform(const std::vector<DStream<T>>& streams,
                                                                    F function) {
    auto apply = [function = std::move(function)](const core::OperatorPtr&, std::vector<core::NodePtr> nodes,
                                                  Time time) {
      std::vector<RDD<T>> rdds;
      for (core::NodePtr& node : nodes) rdds.emplace_back(std::move(node));
      return core::callTransform(function, time, rdds);
    };
    return DStream<TransformResult<F, const std::vector<RDD<T>>&>>(
        core::transformedStream("transform", nodesOf("transform", streams), std::move(apply)));
  }

  // ---- Life ---------------------------------------------------------------------------------------------------------

  /// Starts the batches, the first at the next multiple of the batch interval. IllegalArgument if the program cannot
  /// run: no output operation, an interval that does not fit; the context is stopped then. IllegalState if another
  /// context is active (this one stays as it is), or after stop. Where `millrace-checkpoint plan` has started the program, its
  /// process ends here: it says what it would do with a checkpoint, and runs nothing.
  void start();

  /// Waits for stop, or throws what failed: BatchFailure, the last one if there were several. While a thread waits here,
  /// SIGINT and SIGTERM stop the context (gracefully, unless spark.streaming.stopGracefullyOnShutdown is false); a
  /// second one ends the process. If that stop has not ended by its deadline (spark.streaming.gracefulStopTimeout), it
  /// logs what it waited for and ends the process with exit code 1.
  /// A call of exit() on another thread may destroy the context meanwhile.
  void awaitTermination();
  /// The same for at most so many milliseconds: true if stopped, false if the time is over.
  bool awaitTerminationOrTimeout(std::int64_t timeoutMs);

  /// Ends the batches. Gracefully: what was received is processed first, within spark.streaming.gracefulStopTimeout.
  /// Otherwise batches that wait are dropped, and all that runs has two seconds to end. When that time is over the stop
  /// returns, whatever still runs: the log names it, and it is left to itself. Called from inside an output, a transform
  /// or another function that the stop waits for it returns at once, and another thread stops the context; called from a
  /// listener it throws SparkException.
  void stop(bool stopSparkContext, bool stopGracefully);
  void stop(bool stopSparkContext);
  void stop();

  StreamingContextState getState() const;

  void addStreamingListener(std::shared_ptr<StreamingListener> listener);
  void removeStreamingListener(const std::shared_ptr<StreamingListener>& listener);

  /// What can be measured of this context at this moment, by Spark's names: numbers of batches, records and receivers,
  /// times in ms since the epoch, delays in ms; -1 for what is not known yet. (Spark: the gauges of StreamingSource) And
  /// sourceWaits: how often a source had to wait, because what it sent before was still on its way or waited for its batch;
  /// liveBytes: what windows and states hold in memory; receivedNotDurable: records that receivers with a log have received, and
  /// that would be lost now if the process died; checkpointAgeMs: the time since the batch or epoch that the newest durable
  /// version of the checkpoint covers, so what a death at this moment would have run again; checkpointBytes: what this run wrote
  /// last for a version.
  std::map<std::string, std::int64_t> gauges() const;

  /// The graph of this context's streams, for input streams of one's own.
  const std::shared_ptr<core::StreamGraph>& graph() const;

  /// The stream of a source of one's own.
  template <class T, std::derived_from<core::InputNode> Input>
  DStream<T> inputStream(std::shared_ptr<Input> input) {
    addInput(input);
    return DStream<T>(std::move(input));
  }

 private:
  class Impl;

  void goOnFrom(const std::string& checkpointDirectory);
  template <class T>
  static T recordOf(const Receiver<T>*);
  void addInput(core::InputPtr input);
  core::StreamPtr addFiles(const std::string& directory, FileFilter filter, bool newFilesOnly,
                           std::function<core::NodePtr(const std::string& path)> read);
  core::StreamPtr addPolled(const std::string& kind, int partitions, core::OpenSourcePartition open,
                            core::ConcatFn concat);
  core::SocketPeer peer(const std::string& operation, const std::string& hostname, int port) const;
  core::StreamPtr addRaw(const std::string& hostname, int port, core::SerializedBlockFn makeBlock,
                         const core::ReceivedForm& form, StorageLevel level);
  core::StreamPtr addReceiver(const std::string& kind, std::unique_ptr<core::ReceiverBase> receiver,
                              const core::ReceivedForm& form);
  void checkOwn(const std::string& what, const std::vector<core::StreamPtr>& streams) const;
  template <class T>
  std::vector<core::StreamPtr> nodesOf(const std::string& what,
                                       const std::vector<DStream<T>>& streams) const {
    std::vector<core::StreamPtr> nodes;
    for (const DStream<T>& stream : streams) nodes.push_back(stream.node());
    checkOwn(what, nodes);
    return nodes;
  }

  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace
