#pragma once

#include <millrace/rdd/core/combine.hpp>
#include <millrace/rdd/core/engine.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Folds values of one type: what reduceByKey and the windows over it do with two values.
template <class V, class F>
struct ReduceCombiner {
  V create(const V& value) { return value; }
  void mergeValue(V& into, const V& value) { into = function(std::move(into), value); }
  void mergeCombiners(V& into, const V& value) { into = function(std::move(into), value); }

  F function;
};

template <class P, class F>
ShuffleSpecPtr reduceSpec(F function) {
  using V = ValueOf<P>;
  return std::make_shared<CombineSpec<P, V, ReduceCombiner<V, F>>>(ReduceCombiner<V, F>{std::move(function)});
}

}  // namespace core

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
RDD<KeyedResult<T>> RDD<T>::reduceByKey(F function, int partitions) const {
  return RDD<KeyedResult<T>>(core::shuffleNode(core::rddOperator("reduceByKey"), {node()},
                                               core::reduceSpec<T>(std::move(function)),
                                               core::hashPartitioner(partitions)));
}

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
RDD<KeyedResult<T>> RDD<T>::reduceByKey(F function) const {
  return reduceByKey(std::move(function), core::defaultPartitions(*node()));
}

}  // namespace millrace
