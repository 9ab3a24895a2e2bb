#pragma once

#include <millrace/rdd/ops/map.hpp>

namespace millrace {

template <class T>
template <class F>
  requires PairLike<T> && ValueFn<F, T>
RDD<MapValuesResult<F, T>> PairRDDFunctions<T>::mapValues(F function) const {
  auto step = core::mapStep<T>(core::OnValue<F>{std::move(function)});
  return RDD<MapValuesResult<F, T>>(
      core::narrowNode(node_, "mapValues", std::move(step), core::Partitioning::kKept));
}

}  // namespace millrace
