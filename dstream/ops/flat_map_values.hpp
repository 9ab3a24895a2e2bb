#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/flat_map.hpp>

namespace millrace {

template <class T>
template <class F>
  requires PairLike<T> && FlatMapValuesFn<F, T>
DStream<FlatMapValuesResult<F, T>> PairDStreamFunctions<T>::flatMapValues(F function) const {
  auto step = core::flatMapStep<T>(core::ExpandValue<F>{std::move(function)});
  return DStream<FlatMapValuesResult<F, T>>(
      core::stepStream("flatMapValues", node_, core::Partitioning::kKept, std::move(step)));
}

}  // namespace millrace
