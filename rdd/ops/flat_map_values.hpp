#pragma once

#include <millrace/rdd/ops/flat_map.hpp>

namespace millrace {

template <class T>
template <class F>
  requires PairLike<T> && FlatMapValuesFn<F, T>
RDD<FlatMapValuesResult<F, T>> PairRDDFunctions<T>::flatMapValues(F function) const {
  auto step = core::flatMapStep<T>(core::ExpandValue<F>{std::move(function)});
  return RDD<FlatMapValuesResult<F, T>>(
      core::narrowNode(node_, "flatMapValues", std::move(step), core::Partitioning::kKept));
}

}  // namespace millrace
