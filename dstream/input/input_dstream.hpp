#pragma once

#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/source_positions.hpp>
#include <millrace/dstream/input/covered_positions.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/rdd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

  // ---- Going on after a restart: for a source that can give the records at given positions again. ---------------------

  /// If true, positionsOf has to say of each batch, right after its compute, which positions it covers, and the two below have to
  /// work. A program that goes on with a checkpoint then goes on here; a source without begins anew. (docs/recovery.md)
  virtual bool canBeReadAgain() const { return false; }
  /// Called before start, where an earlier run has left something: the first batch of this run begins at the `until` of these, one
  /// for each part that the source had.
  virtual void resumeAfter(const std::vector<SourcePositions>&) {}
  /// Called instead of compute for a batch that an earlier run has made: gives exactly the records at the positions that it
  /// covered.
  virtual std::optional<RDD<T>> computeAgain(Time, const std::vector<SourcePositions>&) {
    return std::nullopt;
  }
};

namespace core {

/// The node of a source that a program has subclassed.
template <class T>
class UserInput final : public InputNode {
 public:
  UserInput(const std::shared_ptr<StreamGraph>& graph, std::shared_ptr<InputDStream<T>> source)
      : InputNode(graph, source->kind()), source_(std::move(source)) {}

  void start() override {
    if (const auto positions = covered_.goesOnBehind(); !positions.empty()) source_->resumeAfter(positions);
    source_->start();
  }
  void stop() override { source_->stop(); }
  std::int64_t recordsOf(Time time) const override { return source_->recordsOf(time); }
  std::vector<SourcePositions> positionsOf(Time time) const override { return source_->positionsOf(time); }
  InputMetadata metadataOf(Time time) const override { return source_->metadataOf(time); }
  void clearMetadata(Time time, bool unpersist) override {
    InputNode::clearMetadata(time, unpersist);
    covered_.forget(time);
  }

  bool canBeReadAgain() const override { return source_->canBeReadAgain(); }
  std::vector<BatchInput> takeInputs(Time upTo) override { return covered_.takeInputs(upTo); }
  std::string placeBehind(Time time) const override { return covered_.placeBehind(time); }
  void resumeAt(std::string_view place) override { covered_.resumeAt(place); }
  void replay(Time time, std::string_view input) override { covered_.replay(time, input, false); }
  void skip(Time time, std::string_view input) override { covered_.replay(time, input, true); }

 protected:
  NodePtr compute(Time time) override {
    if (auto replayed = covered_.takeReplayed(time)) {
      covered_.add(time, replayed->positions);
      if (replayed->isEmpty) return blockNode(engine(), info(), {});
      return nodeOf(source_->computeAgain(time, replayed->positions));
    }
    const NodePtr made = nodeOf(source_->compute(time));
    if (canBeReadAgain()) covered_.add(time, source_->positionsOf(time));
    return made;
  }

 private:
  NodePtr nodeOf(const std::optional<RDD<T>>& made) const {
    if (!made) return nullptr;
    requireRunning(made->node());
    return made->node();
  }

  const std::shared_ptr<InputDStream<T>> source_;
  CoveredPositions covered_;
};

}  // namespace core

}  // namespace millrace
