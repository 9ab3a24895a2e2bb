#pragma once

#include <millrace/dstream/dstream.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace {

/// A stream operator of your own, made of other streams: subclass it and hand it to `customDStream`. What `map`,
/// `window` or `transform` can do needs no class. (Spark: a subclass of DStream)
template <class T>
class CustomDStream {
 public:
  using value_type = T;
  virtual ~CustomDStream() = default;

  /// The streams that it asks, as `stream.node()`; at least one.
  virtual std::vector<core::StreamPtr> dependencies() const = 0;
  /// How often it has an RDD: a multiple of its parents' slides.
  virtual Duration slideDuration() const = 0;
  /// The RDD of a time, asked for at most once; nothing where there is none. On the driver. Ask parents by
  /// `getOrCompute`.
  virtual std::optional<RDD<T>> compute(Time time) = 0;
  /// How far it looks back: parents keep their RDDs that much longer.
  virtual Duration lookBack() const { return Duration(0); }
  /// The operator's name in errors and metrics.
  virtual std::string kind() const { return "customDStream"; }
};

namespace core {

template <class T>
class UserStream final : public StreamNode {
 public:
  explicit UserStream(std::shared_ptr<CustomDStream<T>> stream)
      : StreamNode(stream->kind(), checked(stream->dependencies()), stream->slideDuration()),
        stream_(std::move(stream)) {}

  void initialize() override {
    StreamNode::initialize();
    for (const StreamPtr& parent : parents()) parent->willBeReadEarly();
  }
  Duration parentRememberDuration() const override {
    return saturatedSum(rememberDuration(), stream_->lookBack());
  }

 protected:
  NodePtr compute(Time time) override {
    auto made = stream_->compute(time);
    return made ? made->node() : nullptr;
  }

 private:
  static std::vector<StreamPtr> checked(std::vector<StreamPtr> parents) {
    if (!parents.empty()) return parents;
    throw IllegalArgument("a CustomDStream without dependencies: for a source, subclass InputDStream");
  }

  const std::shared_ptr<CustomDStream<T>> stream_;
};

}  // namespace core

template <class Stream>
DStream<typename Stream::value_type> customDStream(std::shared_ptr<Stream> stream) {
  using T = typename Stream::value_type;
  return DStream<T>(std::make_shared<core::UserStream<T>>(std::move(stream)));
}

}  // namespace millrace
