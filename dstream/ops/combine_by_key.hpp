#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/ops/group_by_key.hpp>
#include <millrace/dstream/ops/map_values.hpp>
#include <millrace/rdd/ops/combine_by_key.hpp>

namespace millrace {

namespace core {

/// Combines the values of a group in order.
template <class C, class Create, class MergeValue>
struct CombineGroup {
  template <class V>
  C operator()(const std::vector<V>& values) {
    C combined = std::invoke(create, values.front());
    for (std::size_t i = 1; i < values.size(); ++i)
      combined = std::invoke(mergeValue, std::move(combined), values[i]);
    return combined;
  }

  Create create;
  MergeValue mergeValue;
};

}  // namespace core

template <class T>
template <class Create, class MergeValue, class MergeCombiners>
  requires PairLike<T> && CombineFns<Create, MergeValue, MergeCombiners, ValueOf<T>>
DStream<KeyedResult<T, CombinedBy<Create, T>>> PairDStreamFunctions<T>::combineByKey(
    Create create, MergeValue mergeValue, MergeCombiners mergeCombiners, const Partitions& partitions,
    bool mapSideCombine) const {
  core::ShuffledByKey<T>();
  core::KeptRecord<CombinedBy<Create, T>>();
  core::ShuffledRecord<KeyedResult<T, CombinedBy<Create, T>>>();
  using C = CombinedBy<Create, T>;
  if (!mapSideCombine) {
    return groupByKey(partitions)
        .mapValues(core::CombineGroup<C, Create, MergeValue>{std::move(create), std::move(mergeValue)});
  }
  auto partitioner = core::partitionerOf(partitions, *node_);
  auto spec =
      core::combineSpec<T>(std::move(create), std::move(mergeValue), std::move(mergeCombiners), partitioner);
  return DStream<KeyedResult<T, C>>(
      core::shuffleStream("combineByKey", node_, std::move(spec), std::move(partitioner)));
}

}  // namespace millrace
