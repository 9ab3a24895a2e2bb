#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/map.hpp>

namespace millrace {

template <class T>
template <class F>
  requires PairLike<T> && ValueFn<F, T>
DStream<MapValuesResult<F, T>> PairDStreamFunctions<T>::mapValues(F function) const {
  auto step = core::mapStep<T>(core::OnValue<F>{std::move(function)});
  return DStream<MapValuesResult<F, T>>(
      core::stepStream("mapValues", node_, core::Partitioning::kKept, std::move(step)));
}

}  // namespace millrace
