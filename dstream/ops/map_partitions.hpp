#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/map_partitions.hpp>

namespace millrace {

template <class T>
template <class F>
  requires MapPartitionsFn<F, T>
DStream<MapPartitionsResult<F, T>> DStream<T>::mapPartitions(F function, bool preservesPartitioning) const {
  core::KeptRecord<MapPartitionsResult<F, T>>();
  auto partitioning = preservesPartitioning ? core::Partitioning::kKept : core::Partitioning::kLost;
  return DStream<MapPartitionsResult<F, T>>(core::partitionStream(
      "mapPartitions", node_, partitioning, core::mapPartitionsStep<T>(std::move(function))));
}

}  // namespace millrace
