#include <millrace/dstream/core/flow.hpp>
#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

#include <utility>

namespace millrace::core {

namespace {

class StepStream final : public StreamNode {
 public:
  StepStream(const std::string& kind, const StreamPtr& parent, Partitioning partitioning,
             StepFunction function, bool byRecord)
      : StreamNode(kind, {parent}),
        partitioning_(partitioning),
        step_(std::make_shared<const Step>(info(), std::move(function))),
        byRecord_(byRecord) {}

  Flow flow() const override {
    if (byRecord_) return ByRecord{step_};
    return ByEpoch{};
  }

 protected:
  NodePtr compute(Time time) override {
    NodePtr parent = parents()[0]->rdd(time);
    return parent ? narrowNode(std::move(parent), step_, partitioning_) : nullptr;
  }

 private:
  Partitioning partitioning_;
  StepPtr step_;
  bool byRecord_;
};

class ShuffleStream final : public StreamNode {
 public:
  ShuffleStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec,
                PartitionerPtr partitioner)
      : StreamNode(kind, {parent}), spec_(std::move(spec)), partitioner_(std::move(partitioner)) {}

  Flow flow() const override { return Shuffled{spec_, partitioner_}; }

 protected:
  NodePtr compute(Time time) override {
    NodePtr parent = parents()[0]->rdd(time);
    return parent ? shuffleNode(info(), {std::move(parent)}, spec_, partitioner_) : nullptr;
  }

 private:
  ShuffleSpecPtr spec_;
  PartitionerPtr partitioner_;
};

}  // namespace

StreamPtr stepStream(const std::string& kind, const StreamPtr& parent, Partitioning partitioning,
                     StepFunction function) {
  return std::make_shared<StepStream>(kind, parent, partitioning, std::move(function), true);
}

StreamPtr partitionStream(const std::string& kind, const StreamPtr& parent, Partitioning partitioning,
                          StepFunction function) {
  return std::make_shared<StepStream>(kind, parent, partitioning, std::move(function), false);
}

StreamPtr shuffleStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec,
                        PartitionerPtr partitioner) {
  return std::make_shared<ShuffleStream>(kind, parent, std::move(spec), std::move(partitioner));
}

PartitionerPtr partitionerOf(const Partitions& partitions, const StreamNode& stream) {
  if (partitions.chosen()) return partitions.chosen();
  return hashPartitioner(stream.engine()->defaultParallelism());
}

}  // namespace millrace::core
