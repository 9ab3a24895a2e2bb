#pragma once

#include <millrace/rdd/core/graph/gather.hpp>
#include <millrace/rdd/ops/own.hpp>
#include <millrace/rdd/ops/repartition.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<T> RDD<T>::coalesce(int partitions) const {
  return RDD(core::coalesceNode(core::rddOperator("coalesce"), node(), partitions, core::concatReaders<T>));
}

template <class T>
RDD<owned_t<T>> RDD<T>::coalesce(int partitions, bool shuffle) const {
  if (shuffle) return repartition(partitions);
  return coalesce(partitions);
}

}  // namespace millrace
