#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/rdd/ops.hpp>
#include <support/captured_log.hpp>
#include <support/engines.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
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
    for (auto& batch : sorted) std::ranges::sort(batch);
    return sorted;
  }
  std::vector<std::int64_t> times() const {
    std::vector<std::int64_t> times;
    for (const auto& output : all()) times.push_back(output.time);
    return times;
  }

 private:
  struct State {
    std::mutex mutex;
    std::vector<Output<T>> outputs;
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

  /// A source of these batches. With T = std::string_view it shows them as views.
  template <class T>
  DStream<T> source(Batches<owned_t<T>> given) {
    return source<T>(std::move(given), options_.shape.partitions);
  }
  template <class T>
  DStream<T> source(Batches<owned_t<T>> given, int partitions);

  template <class T>
  Outputs<owned_t<T>> collect(const DStream<T>& stream) {
    Outputs<owned_t<T>> outputs;
    stream.foreachRDD([outputs](const RDD<T>& rdd, Time time) {
      outputs.add({time.milliseconds(), partitionsOf(rdd)});
    });
    return outputs;
  }

  void start();
  /// Moves the clock on by one batch interval, so many times; each time waits until the batch is over: made, run and
  /// cleaned up, or refused.
  void advance(int batches = 1);
  /// Moves the clock to this time at once, and waits for all batches that come of it.
  void moveTo(std::int64_t time);
  /// Stops at once, and throws what awaitTermination throws.
  void stop();

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
  std::shared_ptr<Heartbeat> heartbeat_;
  std::shared_ptr<BatchWatch> completed_;
};

/// Order inside a batch counts, or it does not.
enum class Compare { kList, kSet };

/// The same program on the same input in every shape, each of them once.
template <class Body>
void onAllShapes(Body body) {
  for (const Shape& shape : allShapes()) body(StreamOptions{.shape = shape});
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

}  // namespace detail

template <class T>
DStream<T> StreamTest::source(Batches<owned_t<T>> given, int partitions) {
  return context().inputStream<T>(
      std::make_shared<detail::BatchesSource<T>>(context().graph(), std::move(given), partitions));
}

}  // namespace millrace::test
