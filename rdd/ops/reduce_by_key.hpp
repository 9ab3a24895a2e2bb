#pragma once

#include <millrace/rdd/core/shuffle/combine.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Folds values of one type: what reduceByKey and the windows over it do with two values.
template <class V, class F>
struct ReduceCombiner {
  V create(const V& value) { return value; }
  void mergeValue(V& into, const V& value) { into = function(std::move(into), value); }
  void mergeCombiners(V& into, const V& value) { mergeValue(into, value); }

  F function;
};

template <class P, class F>
ShuffleSpecPtr reduceSpec(F function, PartitionerPtr partitioner = nullptr) {
  using V = ValueOf<P>;
  return std::make_shared<CombineSpec<P, V, ReduceCombiner<V, F>>>(ReduceCombiner<V, F>{std::move(function)},
                                                                   std::move(partitioner));
}

}  // namespace core

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
RDD<KeyedResult<T>> PairRDDFunctions<T>::reduceByKey(F function, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  auto partitioner = partitions.over({node_});
  auto spec = core::reduceSpec<T>(std::move(function), partitioner);
  return RDD<KeyedResult<T>>(
      core::shuffleNode(core::rddOperator("reduceByKey"), {node_}, std::move(spec), std::move(partitioner)));
}

}  // namespace millrace
