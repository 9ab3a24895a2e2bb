#pragma once

#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/ops/map_partitions.hpp>

namespace millrace {

namespace core {

/// Calls a function of (index, records) for one partition.
template <class F>
struct AtPartition {
  auto operator()(auto& records) { return std::invoke(function, index, records); }

  F function;
  int index;
};

}  // namespace core

template <class T>
template <class F>
  requires IndexedPartitionsFn<F, T>
RDD<IndexedPartitionsResult<F, T>> RDD<T>::mapPartitionsWithIndex(F function,
                                                                  bool preservesPartitioning) const {
  core::KeptRecord<IndexedPartitionsResult<F, T>>();
  auto open = [f = std::move(function)](int partition, const std::vector<core::NodePtr>& parents,
                                        const core::OperatorInfo& info) -> core::ReaderPtr {
    return core::openReader<T, core::MapPartitionsReader>(
        parents[0]->read(partition), core::partitionMapping<T>(core::AtPartition<F>{f, partition}), info);
  };
  return RDD<IndexedPartitionsResult<F, T>>(
      core::openedNode(core::rddOperator("mapPartitionsWithIndex"), node(),
                       preservesPartitioning ? node_->partitioner() : nullptr, std::move(open)));
}

}  // namespace millrace
