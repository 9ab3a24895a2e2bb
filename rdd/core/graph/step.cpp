#include <millrace/rdd/core/graph/step.hpp>

namespace millrace::core {

namespace {

class NarrowNode final : public Node {
 public:
  NarrowNode(NodePtr parent, StepPtr step, PartitionerPtr partitioner)
      : Node(parent->enginePtr(), step->info(), {parent}, parent->partitions(), std::move(partitioner)),
        step_(std::move(step)) {}

 protected:
  ReaderPtr compute(int partition) override { return step_->open(parents()[0]->read(partition)); }

 private:
  StepPtr step_;
};

}  // namespace

ReaderPtr Step::open(ReaderPtr input) const {
  ReaderPtr reader = function_.open(function_.function.get(), std::move(input), *info_);
  reader->source = info_;
  return reader;
}

NodePtr narrowNode(NodePtr parent, StepPtr step, Partitioning partitioning) {
  PartitionerPtr kept = partitioning == Partitioning::kKept ? parent->partitioner() : nullptr;
  return std::make_shared<NarrowNode>(std::move(parent), std::move(step), std::move(kept));
}

NodePtr narrowNode(const NodePtr& parent, std::string_view kind, StepFunction function,
                   Partitioning partitioning) {
  return narrowNode(parent, std::make_shared<const Step>(rddOperator(kind), std::move(function)),
                    partitioning);
}

}  // namespace millrace::core
