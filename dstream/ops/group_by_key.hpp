#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/cogroup.hpp>

namespace millrace {

template <class T>
DStream<KeyedResult<T, std::vector<ValueOf<T>>>> PairDStreamFunctions<T>::groupByKey(
    const Partitions& partitions) const
  requires PairLike<T>
{
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  auto partitioner = core::partitionerOf(partitions, *node_);
  auto spec = std::make_shared<core::GroupSpec<core::EmitGroups, K, core::Side<T>>>(partitioner);
  return DStream<KeyedResult<T, std::vector<V>>>(
      core::shuffleStream("groupByKey", node_, std::move(spec), std::move(partitioner)));
}

}  // namespace millrace
