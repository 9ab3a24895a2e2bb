#pragma once

#include <millrace/rdd/actions/collect_as_map.hpp>
#include <millrace/rdd/ops/reduce_by_key.hpp>

namespace millrace {

template <class T>
template <class F>
  requires PairLike<T> && HashableKey<KeyOf<T>> && Reducer<F, ValueOf<T>>
KeyedMap<KeyOf<T>, ValueOf<T>> PairRDDFunctions<T>::reduceByKeyLocally(F function) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  return RDD<KeyedResult<T>>(core::shuffleNode(core::rddOperator("reduceByKeyLocally"), {node_},
                                               core::reduceSpec<T>(std::move(function)),
                                               core::hashPartitioner(1)))
      .collectAsMap();
}

}  // namespace millrace
