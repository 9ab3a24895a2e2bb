#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <functional>
#include <vector>

namespace millrace::core {

/// Opens a reader of one partition from the parents; `info` names the operator in failures of the user's functions.
using OpenFn =
    std::function<ReaderPtr(int partition, const std::vector<NodePtr>& parents, const OperatorInfo& info)>;

/// The node of an operator that must know which partition it computes, or reads several parents side by side.
NodePtr openedNode(OperatorPtr info, std::vector<NodePtr> parents, int partitions, PartitionerPtr partitioner,
                   OpenFn open);

/// The same with one parent and its partitions.
NodePtr openedNode(OperatorPtr info, NodePtr parent, PartitionerPtr partitioner, OpenFn open);

/// The parent's partitions first, first + 1 … one after another, as many as `count`.
NodePtr prunedNode(OperatorPtr info, NodePtr parent, int first, int count);

/// The parent's partitions without its partitioner: for a result whose records are the keys, and no pairs.
NodePtr unkeyedNode(OperatorPtr info, NodePtr parent);

/// IllegalArgument unless all have as many partitions as the first.
void checkSamePartitions(const OperatorInfo& info, const std::vector<NodePtr>& parents);

/// a * b partitions; IllegalArgument for more than an int can count.
int checkedProduct(int a, int b);

}  // namespace millrace::core
