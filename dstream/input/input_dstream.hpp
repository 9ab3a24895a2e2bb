#pragma once

#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/source_positions.hpp>
#include <millrace/rdd/rdd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

using core::SourcePositions;

/// A source of your own: subclass this and give an instance to StreamingContext::inputStream. (Spark: InputDStream)
template <class T>
class InputDStream {
 public:
  using value_type = T;
  virtual ~InputDStream() = default;

  /// The RDD of the batch of `time`, or nothing where the source makes none. Called on the driver, once per batch, in
  /// the order of the batches.
  virtual std::optional<RDD<T>> compute(Time time) = 0;
  /// Called when the context starts and stops.
  virtual void start() {}
  virtual void stop() {}
  /// What kind of source this is, as errors name it.
  virtual std::string kind() const { return "Input stream"; }
  /// How many records the batch of `time` has, for listeners; -1 where that is not known.
  virtual std::int64_t recordsOf(Time) const { return -1; }
  /// Which positions of the source the batch of `time` covers, for sources that can be read again.
  virtual std::vector<SourcePositions> positionsOf(Time) const { return {}; }
  /// What listeners are told of the batch of `time` beside the number of its records: the positions, if no more is known.
  virtual InputMetadata metadataOf(Time time) const { return core::metadataOfPositions(positionsOf(time)); }
};

namespace core {

/// The node of a source that a program has subclassed.
template <class T>
class UserInput final : public InputNode {
 public:
  UserInput(const std::shared_ptr<StreamGraph>& graph, std::shared_ptr<InputDStream<T>> source)
      : InputNode(graph, source->kind()), source_(std::move(source)) {}

  void start() override { source_->start(); }
  void stop() override { source_->stop(); }
  std::int64_t recordsOf(Time time) const override { return source_->recordsOf(time); }
  std::vector<SourcePositions> positionsOf(Time time) const override { return source_->positionsOf(time); }
  InputMetadata metadataOf(Time time) const override { return source_->metadataOf(time); }

 protected:
  NodePtr compute(Time time) override {
    auto made = source_->compute(time);
    if (!made) return nullptr;
    requireRunning(made->node());
    return made->node();
  }

 private:
  const std::shared_ptr<InputDStream<T>> source_;
};

}  // namespace core

}  // namespace millrace
