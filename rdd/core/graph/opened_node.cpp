#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/opened_node.hpp>

#include <string>
#include <utility>

namespace millrace::core {

namespace {

class OpenedNode final : public Node {
 public:
  OpenedNode(OperatorPtr info, std::vector<NodePtr> parents, int partitions, PartitionerPtr partitioner,
             OpenFn open)
      : Node(parents.front()->enginePtr(), std::move(info), parents, partitions, std::move(partitioner)),
        open_(std::move(open)) {}

 protected:
  ReaderPtr compute(int partition) override {
    ReaderPtr reader = open_(partition, parents(), *info());
    if (!reader->source) reader->source = info();
    return reader;
  }

 private:
  OpenFn open_;
};

}  // namespace

NodePtr openedNode(OperatorPtr info, std::vector<NodePtr> parents, int partitions, PartitionerPtr partitioner,
                   OpenFn open) {
  return std::make_shared<OpenedNode>(std::move(info), std::move(parents), partitions, std::move(partitioner),
                                      std::move(open));
}

NodePtr openedNode(OperatorPtr info, NodePtr parent, PartitionerPtr partitioner, OpenFn open) {
  int partitions = parent->partitions();
  return openedNode(std::move(info), std::vector{std::move(parent)}, partitions, std::move(partitioner),
                    std::move(open));
}

NodePtr unkeyedNode(OperatorPtr info, NodePtr parent) {
  const int partitions = parent->partitions();
  return prunedNode(std::move(info), std::move(parent), 0, partitions);
}

NodePtr prunedNode(OperatorPtr info, NodePtr parent, int first, int count) {
  return openedNode(std::move(info), std::vector{std::move(parent)}, count, nullptr,
                    [first](int partition, const std::vector<NodePtr>& parents, const OperatorInfo&) {
                      return parents[0]->read(first + partition);
                    });
}

void checkSamePartitions(const OperatorInfo& info, const std::vector<NodePtr>& parents) {
  for (const NodePtr& parent : parents) {
    if (parent->partitions() != parents.front()->partitions())
      throw IllegalArgument(info.describe() + " of RDDs with " +
                            std::to_string(parents.front()->partitions()) + " and " +
                            std::to_string(parent->partitions()) +
                            " partitions: they must have as many; see repartition() and coalesce()");
  }
}

int checkedProduct(int a, int b) {
  int product;
  if (__builtin_mul_overflow(a, b, &product))
    throw IllegalArgument("a cartesian product of " + std::to_string(a) + " and " + std::to_string(b) +
                          " partitions: coalesce() the RDDs first");
  return product;
}

}  // namespace millrace::core
