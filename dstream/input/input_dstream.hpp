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

/// A source of your own: subclass it and give an instance to StreamingContext::inputStream. (Spark: InputDStream)
template <class T>
class InputDStream {
 public:
  using value_type = T;
  virtual ~InputDStream() = default;

  /// The RDD of a batch, asked for once per batch, in order; nothing where the source makes none. On the driver.
  virtual std::optional<RDD<T>> compute(Time time) = 0;
  /// Called when the context starts and stops.
  virtual void start() {}
  virtual void stop() {}
  /// "Kind" in the source's name, "Kind stream [id]".
  virtual std::string kind() const { return "Input stream"; }
  /// How many records a batch has, for listeners; -1 where that is not known.
  virtual std::int64_t recordsOf(Time) const { return -1; }
  /// Which positions of the source a batch covers, for sources that can be read again.
  virtual std::vector<SourcePositions> positionsOf(Time) const { return {}; }
};

namespace core {

template <class T>
class UserInput final : public InputNode {
 public:
  UserInput(const std::shared_ptr<StreamGraph>& graph, std::shared_ptr<InputDStream<T>> source)
      : InputNode(graph, source->kind()), source_(std::move(source)) {}

  void start() override { source_->start(); }
  void stop() override { source_->stop(); }
  std::int64_t recordsOf(Time time) const override { return source_->recordsOf(time); }
  std::vector<SourcePositions> positionsOf(Time time) const override { return source_->positionsOf(time); }

 protected:
  NodePtr compute(Time time) override {
    auto made = source_->compute(time);
    return made ? made->node() : nullptr;
  }

 private:
  const std::shared_ptr<InputDStream<T>> source_;
};

}  // namespace core

}  // namespace millrace
