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

/// A union as a node of a tree of them: its parents are unions one lower, or, at height 1, anything.
class TreeNode : public Node {
 public:
  using Node::Node;
  int height = 1;
};

class UnionNode final : public TreeNode {
 public:
  UnionNode(EnginePtr engine, OperatorPtr info, std::vector<NodePtr> parents)
      : TreeNode(std::move(engine), std::move(info), parents, totalPartitions(parents)) {
    starts_.reserve(parents.size());
    int start = 0;
    for (const NodePtr& parent : parents) {
      starts_.push_back(start);
      start += parent->partitions();
    }
  }

 protected:
  ReaderPtr compute(int partition) override {
    const auto parent =
        static_cast<std::size_t>(std::ranges::upper_bound(starts_, partition) - starts_.begin()) - 1;
    return parents()[parent]->read(partition - starts_[parent]);
  }

 private:
  std::vector<int> starts_;  // of the parents' partitions
};

class PartitionWiseUnionNode final : public TreeNode {
 public:
  PartitionWiseUnionNode(OperatorPtr info, std::vector<NodePtr> parents, ConcatFn concat)
      : TreeNode(parents.front()->enginePtr(), std::move(info), parents, parents.front()->partitions(),
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

/// Joins unions of one class so that a program may add to one again and again (all = all.union_(more)): as in a B-tree, a
/// union has at most kWidest parents, which are unions of equal height, so reading goes through few of them, and adding
/// copies few. `make` gives a union of some parents.
template <class Union, class Make>
class UnionTree {
 public:
  explicit UnionTree(Make make) : make_(std::move(make)) {}

  /// A union of all, in their order; of one too, for it may be named and cached by itself.
  NodePtr of(const std::vector<NodePtr>& parents) const {
    if (parents.size() < 2) return again(parents);
    NodePtr all;
    for (auto next = parents.begin(); next != parents.end();) {
      const auto most = std::min<std::ptrdiff_t>(kWidest, parents.end() - next);
      const auto leaves =
          std::find_if(next, next + most, [](const NodePtr& node) { return heightOf(node) > 0; });
      const bool isUnited = leaves - next == kWidest || (!all && leaves - next > 1);
      NodePtr more = isUnited ? united({next, leaves}, 1) : *next;
      next = isUnited ? leaves : next + 1;
      all = all ? wrap(joined(all, more)) : std::move(more);
    }
    return all;
  }

 private:
  static constexpr std::ptrdiff_t kWidest = 32;

  NodePtr again(const std::vector<NodePtr>& parents) const {
    const int height = parents.empty() ? 0 : heightOf(parents.front());
    return height > 0 ? united(parents.front()->parents(), height) : united(parents, 1);
  }

  /// The height of a union that may be taken apart; 0 for what is to stay whole.
  static int heightOf(const NodePtr& node) {
    auto tree = dynamic_cast<const Union*>(node.get());
    const bool isOpen = tree != nullptr && !node->storageLevel().isValid() && node->name().empty() &&
                        !node->parents().empty();
    return isOpen ? tree->height : 0;
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
    if (std::ssize(parts) <= kWidest) return {united(std::move(parts), height)};
    const auto middle = parts.begin() + std::ssize(parts) / 2;
    NodePtr first = united({parts.begin(), middle}, height);
    return {std::move(first), united({middle, parts.end()}, height)};
  }
  NodePtr wrap(std::vector<NodePtr> parts) const {
    if (parts.size() == 1) return parts.front();
    const int height = heightOf(parts.front());
    return united(std::move(parts), height + 1);
  }
  NodePtr united(std::vector<NodePtr> parents, int height) const {
    std::shared_ptr<Union> made = make_(std::move(parents));
    made->height = height;
    return made;
  }

  const Make make_;
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
  totalPartitions(parents);
  const auto make = [&](std::vector<NodePtr> some) {
    return std::make_shared<UnionNode>(engine, info, std::move(some));
  };
  return UnionTree<UnionNode, decltype(make)>(make).of(parents);
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
  if (!isAlike) return unionNode(std::move(engine), std::move(info), std::move(parents));
  const auto make = [&](std::vector<NodePtr> some) {
    return std::make_shared<PartitionWiseUnionNode>(info, std::move(some), concat);
  };
  return UnionTree<PartitionWiseUnionNode, decltype(make)>(make).of(parents);
}

NodePtr coalesceNode(OperatorPtr info, NodePtr parent, int partitions, ConcatFn concat) {
  if (partitions < 1)
    throw IllegalArgument("coalesce into " + std::to_string(partitions) + " partitions: give at least 1");
  int fewer = std::min(partitions, parent->partitions());
  return std::make_shared<CoalesceNode>(std::move(info), std::move(parent), fewer, concat);
}

}  // namespace millrace::core
