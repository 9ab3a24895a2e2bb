#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/reduce_by_key.hpp>

namespace millrace {

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
DStream<KeyedResult<T>> PairDStreamFunctions<T>::reduceByKey(F function, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  auto partitioner = core::partitionerOf(partitions, *node_);
  auto spec = core::reduceSpec<T>(std::move(function), partitioner);
  return DStream<KeyedResult<T>>(
      core::shuffleStream("reduceByKey", node_, std::move(spec), std::move(partitioner)));
}

}  // namespace millrace
