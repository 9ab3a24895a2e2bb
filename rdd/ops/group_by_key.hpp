#pragma once

#include <millrace/rdd/ops/cogroup.hpp>
#include <millrace/rdd/ops/key_by.hpp>

namespace millrace {

template <class T>
RDD<KeyedResult<T, std::vector<ValueOf<T>>>> PairRDDFunctions<T>::groupByKey(
    const Partitions& partitions) const
  requires PairLike<T>
{
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  return RDD<KeyedResult<T, std::vector<V>>>(core::groupNode<core::EmitGroups, K, core::Side<T>>(
      core::rddOperator("groupByKey"), {node_}, partitions.over({node_})));
}

template <class T>
template <class F>
  requires MapFn<F, T>
RDD<GroupByResult<F, T>> RDD<T>::groupBy(F function, const Partitions& partitions) const {
  core::KeptRecord<owned_t<T>>();
  return RDD<KeyByResult<F, T>>(core::keyedNode<T>("groupBy", node(), std::move(function)))
      .groupByKey(partitions);
}

}  // namespace millrace
