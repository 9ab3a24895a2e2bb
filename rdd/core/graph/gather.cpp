#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

namespace millrace::core {

namespace {

int totalPartitions(const std::vector<NodePtr>& parents) {
  std::int64_t total = 0;
  for (const NodePtr& parent : parents) total += parent->partitions();
  if (total > std::numeric_limits<int>::max())
    throw IllegalArgument("a union of " + std::to_string(total) + " partitions, and " +
                          std::to_string(std::numeric_limits<int>::max()) +
                          " are the most: coalesce() the RDDs first");
  return static_cast<int>(total);
}

class UnionNode final : public Node {
 public:
  UnionNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents)
      : Node(std::move(engine), std::move(info), parents, totalPartitions(parents)) {}

 protected:
  ReaderPtr compute(int partition) override {
    auto parent = parents().begin();
    while (partition >= (*parent)->partitions()) partition -= (*parent++)->partitions();
    return (*parent)->read(partition);
  }
};

class PartitionWiseUnionNode final : public Node {
 public:
  PartitionWiseUnionNode(OperatorPtr info, std::vector<NodePtr> parents, ConcatFn concat)
      : Node(parents.front()->enginePtr(), std::move(info), parents, parents.front()->partitions(),
             parents.front()->partitioner()),
        concat_(concat) {}

 protected:
  ReaderPtr compute(int partition) override {
    std::vector<ReaderPtr> group;
    for (const NodePtr& parent : parents()) group.push_back(parent->read(partition));
    return concat_(std::move(group));
  }

 private:
  ConcatFn concat_;
};

class CoalesceNode final : public Node {
 public:
  CoalesceNode(OperatorPtr info, NodePtr parent, int partitions, ConcatFn concat)
      : Node(parent->enginePtr(), std::move(info), {parent}, partitions), concat_(concat) {}

 protected:
  ReaderPtr compute(int partition) override {
    Node& parent = *parents()[0];
    std::vector<ReaderPtr> group;
    for (int p = boundary(partition); p < boundary(partition + 1); ++p) group.push_back(parent.read(p));
    return concat_(std::move(group));
  }

 private:
  int boundary(int partition) const {
    return static_cast<int>(std::int64_t{partition} * parents()[0]->partitions() / partitions());
  }
  ConcatFn concat_;
};

}  // namespace

NodePtr unionNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents) {
  return std::make_shared<UnionNode>(std::move(engine), std::move(info), std::move(parents));
}

NodePtr keyedUnionNode(OperatorPtr info, std::vector<NodePtr> parents, ConcatFn concat) {
  if (parents.empty()) throw IllegalArgument("a union of no RDDs: give at least one");
  EnginePtr engine = parents.front()->enginePtr();
  return keyedUnionNode(std::move(engine), std::move(info), std::move(parents), concat);
}

NodePtr keyedUnionNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents, ConcatFn concat) {
  std::erase_if(parents, [](const NodePtr& parent) { return parent->partitions() == 0; });
  const bool isAlike = !parents.empty() && std::ranges::all_of(parents, [&](const NodePtr& parent) {
    return samePartitioner(parent->partitioner(), parents.front()->partitioner());
  });
  if (isAlike) return std::make_shared<PartitionWiseUnionNode>(std::move(info), std::move(parents), concat);
  return unionNode(std::move(engine), std::move(info), std::move(parents));
}

NodePtr coalesceNode(OperatorPtr info, NodePtr parent, int partitions, ConcatFn concat) {
  if (partitions < 1)
    throw IllegalArgument("coalesce into " + std::to_string(partitions) + " partitions: give at least 1");
  int fewer = std::min(partitions, parent->partitions());
  return std::make_shared<CoalesceNode>(std::move(info), std::move(parent), fewer, concat);
}

}  // namespace millrace::core
