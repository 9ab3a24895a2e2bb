#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/reduce_by_key.hpp>

namespace millrace {

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKey(F function) const {
  return DStream<KeyedResult<T>>(core::shuffleStream(
      "reduceByKey", node_, core::reduceSpec<T>(std::move(function)), core::defaultPartitioner(*node_)));
}

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKey(F function, int partitions) const {
  return DStream<KeyedResult<T>>(core::shuffleStream(
      "reduceByKey", node_, core::reduceSpec<T>(std::move(function)), core::hashPartitioner(partitions)));
}

}  // namespace millrace
