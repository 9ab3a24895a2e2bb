#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/io/receiver.hpp>
#include <millrace/rdd/ops.hpp>
#include <support/captured_log.hpp>
#include <support/engines.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

/// What a source gives, batch by batch from the first one on; nothing: the source makes no RDD at all. After the last one
/// come empty batches.
template <class T>
using Batches = std::vector<std::optional<std::vector<T>>>;

template <class T>
Batches<T> batches(const std::vector<std::vector<T>>& records) {
  return {records.begin(), records.end()};
}

/// One batch of a stream, as an output operation saw it.
template <class T>
struct Output {
  std::int64_t time;
  std::vector<std::vector<T>> partitions;

  std::vector<T> records() const {
    std::vector<T> all;
    for (const auto& partition : partitions) all.insert(all.end(), partition.begin(), partition.end());
    return all;
  }
};

/// The batches of a stream so far, in the order in which they were run. Copies mean the same.
template <class T>
class Outputs {
 public:
  void add(Output<T> output) const {
    std::lock_guard lock(state_->mutex);
    state_->outputs.push_back(std::move(output));
  }
  std::vector<Output<T>> all() const {
    std::lock_guard lock(state_->mutex);
    return state_->outputs;
  }
  std::vector<std::vector<T>> records() const {
    std::vector<std::vector<T>> records;
    for (const auto& output : all()) records.push_back(output.records());
    return records;
  }
  /// The same, each batch sorted: for streams in which order means nothing.
  std::vector<std::vector<T>> sorted() const {
    auto sorted = records();
    for (auto& batch : sorted) std::sort(batch.begin(), batch.end());
    return sorted;
  }
  std::vector<std::int64_t> times() const {
    std::vector<std::int64_t> times;
    for (const auto& output : all()) times.push_back(output.time);
    return times;
  }
  /// The first batch that was not asked for yet; nothing if there is none.
  std::optional<Output<T>> next() const {
    std::lock_guard lock(state_->mutex);
    if (state_->asked == state_->outputs.size()) return std::nullopt;
    return state_->outputs[state_->asked++];
  }
  /// How many there are of which none was asked for, once one was.
  std::size_t forgotten() const {
    std::lock_guard lock(state_->mutex);
    return state_->asked == 0 ? 0 : state_->outputs.size() - state_->asked;
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<Output<T>> outputs;
    std::size_t asked = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// How a stream program is run by a test.
struct StreamOptions {
  Shape shape = {};
  StreamingMode mode = StreamingMode::kMicroBatch;
  Duration batch = Seconds(1);
  std::int64_t now = 0;
  std::map<std::string, std::string> conf = {};
  std::string checkpoint = {};  // a directory in which the program keeps how far it has come; empty: in none
};

/// A source that a test feeds while the program runs.
template <class T>
struct Input {
  struct Feed {
    virtual ~Feed() = default;
    virtual void add(std::vector<owned_t<T>> records) = 0;
    virtual void skip() { throw std::logic_error("a receiver has an RDD in every batch"); }
  };
  DStream<T> stream;
  std::shared_ptr<Feed> feed;
};

class StreamTest;

/// One step of a script; see support/script.hpp.
struct Action {
  std::string what;
  std::source_location where;
  std::function<void(StreamTest&)> run;
};

/// Runs a stream program on a clock that stands still until it is told to move: sources of given batches in, collected
/// batches out, and no waiting but for work to end. What is logged meanwhile is kept.
class StreamTest {
 public:
  explicit StreamTest(StreamOptions options = {});
  /// On an engine of the test's own: another file system, another runner.
  explicit StreamTest(core::EnginePtr engine, StreamOptions options = {});
  ~StreamTest();

  StreamingContext& context() { return *context_; }
  ManualClock& clock() { return *clock_; }
  const CapturedLog& log() const { return log_; }
  Duration batch() const { return options_.batch; }

  /// A source of these batches. With T = std::string_view it shows them as views.
  template <class T>
  DStream<T> source(Batches<owned_t<T>> given) {
    return source<T>(std::move(given), options_.shape.partitions);
  }
  template <class T>
  DStream<T> source(Batches<owned_t<T>> given, int partitions);

  /// A source whose RDD of a batch is what was added since the one before; or none, where that was asked for.
  template <class T>
  Input<T> input() {
    return input<T>(options_.shape.partitions);
  }
  template <class T>
  Input<T> input(int partitions);
  /// A source whose records arrive when they are added: a block, and so a partition of a micro-batch, each time.
  template <class T>
  Input<T> receiver();

  template <class T>
  Outputs<owned_t<T>> collect(const DStream<T>& stream) {
    Outputs<owned_t<T>> outputs;
    forgotten_.push_back([outputs] { return outputs.forgotten(); });
    stream.foreachRDD([outputs](const RDD<T>& rdd, Time time) {
      outputs.add({time.milliseconds(), partitionsOf(rdd)});
    });
    return outputs;
  }

  /// Plays a script. A step that fails is named, with its line; then the rest is left out. Afterwards an output of which
  /// some batches were expected has no further one.
  void play(const std::vector<Action>& script);

  /// Starts the context, and waits until its receivers have started.
  void start();
  /// Moves the clock on by one batch interval, so many times; each time waits until the batch is over: made, run and
  /// cleaned up, or refused.
  void advance(int batches = 1);
  /// Moves the clock to this time at once, and waits for all batches that come of it, or for the end of a continuous run.
  void moveTo(std::int64_t time);
  /// Stops, at once or gracefully, and throws what awaitTermination throws, if that was not asked for before.
  void stop(bool gracefully = false);
  /// What awaitTermination throws, as text; throws itself if that is nothing within 30 s.
  std::string awaitFailure();

  /// start, advance, stop.
  void run(int batches);
  /// What `run` throws, as text; throws itself if that is nothing.
  std::string failureOf(int batches);

 private:
  class Heartbeat;
  class BatchWatch;

  const StreamOptions options_;
  CapturedLog log_;
  std::shared_ptr<ManualClock> clock_;
  std::unique_ptr<StreamingContext> context_;
  std::vector<std::function<std::size_t()>> forgotten_;
  std::vector<std::function<void()>> awaitReceivers_;
  std::shared_ptr<BatchWatch> completed_;
  bool failureWasAskedFor_ = false;
};

inline constexpr StreamingMode kModes[] = {StreamingMode::kMicroBatch, StreamingMode::kContinuous};
inline constexpr std::chrono::seconds kPatienceOfStreams{30};

/// The same program on the same input in every shape, each of them once.
template <class Body>
void onAllShapes(Body body, StreamingMode mode = StreamingMode::kMicroBatch) {
  for (const Shape& shape : allShapes()) body(StreamOptions{.shape = shape, .mode = mode});
}

namespace detail {

template <class T>
class BatchesSource final : public core::InputNode {
 public:
  BatchesSource(const std::shared_ptr<core::StreamGraph>& graph, Batches<owned_t<T>> given, int partitions)
      : InputNode(graph, "Test stream"), given_(std::move(given)), partitions_(partitions) {}

  std::int64_t recordsOf(Time time) const override {
    std::size_t index = indexOf(time);
    return index < given_.size() && given_[index] ? static_cast<std::int64_t>(given_[index]->size()) : 0;
  }

 protected:
  core::NodePtr compute(Time time) override {
    if (std::ranges::count(made_, time.milliseconds()) > 0) throw std::logic_error("a batch was made twice");
    made_.push_back(time.milliseconds());
    std::size_t index = indexOf(time);
    if (index >= given_.size()) return rddOf<T>(graph()->engine(), {}, partitions_).node();
    if (!given_[index]) return nullptr;
    return rddOf<T>(graph()->engine(), *given_[index], partitions_).node();
  }

 private:
  std::size_t indexOf(Time time) const {
    return static_cast<std::size_t>((time - graph()->zeroTime()) / slideDuration()) - 1;
  }

  const Batches<owned_t<T>> given_;
  const int partitions_;
  std::vector<std::int64_t> made_;
};

template <class T>
class FedSource final : public core::InputNode, public Input<T>::Feed {
 public:
  FedSource(const std::shared_ptr<core::StreamGraph>& graph, std::shared_ptr<const ManualClock> clock,
            int partitions)
      : InputNode(graph, "Test stream"), clock_(std::move(clock)), partitions_(partitions) {}

  void add(std::vector<owned_t<T>> records) override {
    std::lock_guard lock(mutex_);
    auto& batch = batches_[nextBatch()];
    if (!batch) batch.emplace();
    batch->insert(batch->end(), records.begin(), records.end());
  }
  void skip() override {
    std::lock_guard lock(mutex_);
    batches_[nextBatch()] = std::nullopt;
  }
  std::int64_t recordsOf(Time time) const override {
    std::lock_guard lock(mutex_);
    auto batch = batches_.find(time.milliseconds());
    return batch == batches_.end() || !batch->second ? 0 : static_cast<std::int64_t>(batch->second->size());
  }

 protected:
  core::NodePtr compute(Time time) override {
    std::lock_guard lock(mutex_);
    auto batch = batches_.find(time.milliseconds());
    if (batch == batches_.end()) return rddOf<T>(graph()->engine(), {}, partitions_).node();
    if (!batch->second) return nullptr;
    return rddOf<T>(graph()->engine(), *batch->second, partitions_).node();
  }

 private:
  std::int64_t nextBatch() const {
    const std::int64_t slide = slideDuration().milliseconds();
    return (clock_->now() / slide + 1) * slide;
  }

  const std::shared_ptr<const ManualClock> clock_;
  const int partitions_;
  mutable std::mutex mutex_;
  std::map<std::int64_t, std::optional<std::vector<owned_t<T>>>> batches_;
};

template <class T>
class FedReceiver final : public Receiver<T> {
 public:
  class Feed final : public Input<T>::Feed {
   public:
    explicit Feed(FedReceiver& receiver) : receiver_(receiver) {}
    void add(std::vector<T> records) override { receiver_.store(std::move(records)); }

   private:
    FedReceiver& receiver_;
  };

  FedReceiver() : Receiver<T>(StorageLevel::MEMORY_ONLY) {}
  void onStart() override {
    std::lock_guard lock(mutex_);
    started_ = true;
    changed_.notify_all();
  }
  void onStop() override {}
  void awaitStart() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatienceOfStreams, [&] { return started_; }))
      throw std::runtime_error("a receiver has not started after 30 s");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool started_ = false;
};

}  // namespace detail

template <class T>
Input<T> StreamTest::input(int partitions) {
  auto source = std::make_shared<detail::FedSource<T>>(context().graph(), clock_, partitions);
  return {context().inputStream<T>(source), source};
}

template <class T>
Input<T> StreamTest::receiver() {
  auto made = std::make_unique<detail::FedReceiver<T>>();
  auto& receiver = *made;
  awaitReceivers_.push_back([&receiver] { receiver.awaitStart(); });
  return {context().receiverStream(std::move(made)),
          std::make_shared<typename detail::FedReceiver<T>::Feed>(receiver)};
}

template <class T>
DStream<T> StreamTest::source(Batches<owned_t<T>> given, int partitions) {
  return context().inputStream<T>(
      std::make_shared<detail::BatchesSource<T>>(context().graph(), std::move(given), partitions));
}

}  // namespace millrace::test
