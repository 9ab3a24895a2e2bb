#include <millrace/base/error.hpp>
#include <millrace/dstream/core/combined_stream.hpp>
#include <millrace/dstream/core/flow.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <utility>

namespace millrace::core {

namespace {

class CombinedStream : public StreamNode {
 public:
  CombinedStream(const std::string& kind, std::vector<StreamPtr> parents)
      : StreamNode(kind, std::move(parents)) {}

 protected:
  std::vector<NodePtr> parentRdds(Time time) {
    std::vector<NodePtr> rdds;
    for (std::size_t i = 0; i < parents().size(); ++i) rdds.push_back(parentRdd(i, time));
    return rdds;
  }
};

class TransformedStream final : public CombinedStream {
 public:
  TransformedStream(const std::string& kind, std::vector<StreamPtr> parents, CombineFn function)
      : CombinedStream(kind, std::move(parents)), function_(std::move(function)) {}

  void initialize() override {
    CombinedStream::initialize();
    for (const StreamPtr& parent : parents()) parent->willBeReadEarly();
  }

 protected:
  NodePtr compute(Time time) override {
    std::vector<NodePtr> rdds = parentRdds(time);
    NodePtr made = inOperator(info(), [&] { return function_(info(), std::move(rdds), time); });
    if (made) return made;
    throw SparkException("the function of " + info()->describe() + " gave the null RDD at time " +
                         time.toString() + ": it must not return null, give an empty RDD instead");
  }

 private:
  const CombineFn function_;
};

class CogroupedStream final : public CombinedStream {
 public:
  CogroupedStream(const std::string& kind, std::vector<StreamPtr> parents, ShuffleSpecPtr spec,
                  PartitionerPtr partitioner)
      : CombinedStream(kind, std::move(parents)),
        spec_(std::move(spec)),
        partitioner_(std::move(partitioner)) {}

 protected:
  NodePtr compute(Time time) override { return shuffleNode(info(), parentRdds(time), spec_, partitioner_); }

 private:
  const ShuffleSpecPtr spec_;
  const PartitionerPtr partitioner_;
};

class FoldedStream final : public StreamNode {
 public:
  FoldedStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec, bool needsRdd)
      : StreamNode(kind, {parent}), spec_(std::move(spec)), needsRdd_(needsRdd) {}

  Flow flow() const override { return Shuffled{spec_, onePartition_}; }

 protected:
  NodePtr compute(Time time) override {
    NodePtr parent = needsRdd_ ? parentRdd(0, time) : parents()[0]->rdd(time);
    return parent ? shuffleNode(info(), {std::move(parent)}, spec_, onePartition_) : nullptr;
  }

 private:
  const ShuffleSpecPtr spec_;
  const PartitionerPtr onePartition_ = hashPartitioner(1);
  const bool needsRdd_;
};

}  // namespace

void checkTogether(const std::string& what, const std::vector<StreamPtr>& streams) {
  if (streams.empty()) throw IllegalArgument("a " + what + " of no streams: give at least one");
  for (const StreamPtr& stream : streams) {
    if (stream->graph() != streams[0]->graph())
      throw IllegalArgument("a " + what +
                            " of streams of different StreamingContexts: make all of them from one");
    if (stream->slideDuration() != streams[0]->slideDuration())
      throw IllegalArgument(
          "a " + what + " of streams that slide every " + streams[0]->slideDuration().toString() + " and " +
          stream->slideDuration().toString() + ": give them the same slide, for example by window()");
  }
}

StreamPtr transformedStream(const std::string& kind, std::vector<StreamPtr> parents, CombineFn function) {
  checkTogether(kind, parents);
  return std::make_shared<TransformedStream>(kind, std::move(parents), std::move(function));
}

StreamPtr cogroupedStream(const std::string& kind, std::vector<StreamPtr> parents, ShuffleSpecPtr spec,
                          PartitionerPtr partitioner) {
  checkTogether(kind, parents);
  return std::make_shared<CogroupedStream>(kind, std::move(parents), std::move(spec), std::move(partitioner));
}

StreamPtr foldedStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec, bool needsRdd) {
  return std::make_shared<FoldedStream>(kind, parent, std::move(spec), needsRdd);
}

}  // namespace millrace::core
