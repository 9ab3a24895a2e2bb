#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
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
  UnionNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents, int height = 1)
      : Node(std::move(engine), std::move(info), parents, totalPartitions(parents)), height_(height) {
    starts_.reserve(parents.size());
    int start = 0;
    for (const NodePtr& parent : parents) {
      starts_.push_back(start);
      start += parent->partitions();
    }
  }

  int height() const { return height_; }

 protected:
  ReaderPtr compute(int partition) override {
    const auto parent =
        static_cast<std::size_t>(std::ranges::upper_bound(starts_, partition) - starts_.begin()) - 1;
    return parents()[parent]->read(partition - starts_[parent]);
  }

 private:
  const int height_;
  std::vector<int> starts_;  // of the parents' partitions
};

/// Joins unions so that a program may add to one again and again (all = all.union_(more)): as in a B-tree, a union has at
/// most kWidest parents, which are unions of equal height, so reading goes through few of them, and adding copies few.
class UnionTree {
 public:
  UnionTree(EnginePtr engine, OperatorPtr info) : engine_(std::move(engine)), info_(std::move(info)) {}

  NodePtr join(const NodePtr& left, const NodePtr& right) const { return wrap(joined(left, right)); }

  NodePtr again(const NodePtr& only) const {
    const int height = heightOf(only);
    return height > 0 ? united(only->parents(), height) : united({only}, 1);
  }

 private:
  static constexpr std::size_t kWidest = 32;

  /// The height of a union that may be taken apart; 0 for what is to stay whole.
  static int heightOf(const NodePtr& node) {
    auto united = dynamic_cast<const UnionNode*>(node.get());
    const bool isOpen = united != nullptr && !node->storageLevel().isValid() && node->name().empty() &&
                        node->parents().size() <= kWidest;
    return isOpen ? united->height() : 0;
  }

  /// One or two nodes as high as the higher of both, or, for two single RDDs, these.
  std::vector<NodePtr> joined(const NodePtr& left, const NodePtr& right) const {
    const int leftHeight = heightOf(left), rightHeight = heightOf(right);
    std::vector<NodePtr> parts;
    if (leftHeight == rightHeight) return {left, right};
    if (leftHeight > rightHeight) {
      parts = left->parents();
      const NodePtr last = std::move(parts.back());
      parts.pop_back();
      std::ranges::copy(leftHeight > rightHeight + 1 ? joined(last, right) : std::vector{last, right},
                        std::back_inserter(parts));
    } else {
      parts = rightHeight > leftHeight + 1 ? joined(left, right->parents().front())
                                           : std::vector{left, right->parents().front()};
      parts.insert(parts.end(), right->parents().begin() + 1, right->parents().end());
    }
    return split(std::move(parts), std::max(leftHeight, rightHeight));
  }
  std::vector<NodePtr> split(std::vector<NodePtr> parts, int height) const {
    if (parts.size() <= kWidest) return {united(std::move(parts), height)};
    const auto middle = parts.begin() + static_cast<std::ptrdiff_t>(parts.size() / 2);
    NodePtr first = united({parts.begin(), middle}, height);
    return {std::move(first), united({middle, parts.end()}, height)};
  }
  NodePtr wrap(std::vector<NodePtr> parts) const {
    if (parts.size() == 1) return parts.front();
    const int height = heightOf(parts.front());
    return united(std::move(parts), height + 1);
  }
  NodePtr united(std::vector<NodePtr> parents, int height) const {
    return std::make_shared<UnionNode>(engine_, info_, std::move(parents), height);
  }

  const EnginePtr engine_;
  const OperatorPtr info_;
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
  if (parents.size() == 1) return UnionTree(std::move(engine), std::move(info)).again(parents[0]);
  if (parents.size() == 2) return UnionTree(std::move(engine), std::move(info)).join(parents[0], parents[1]);
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
