#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/flat_map.hpp>

namespace millrace {

template <class T>
template <class F>
  requires FlatMapFn<F, T>
DStream<FlatMapResult<F, T>> DStream<T>::flatMap(F function) const {
  return DStream<FlatMapResult<F, T>>(core::stepStream("flatMap", node_, core::Partitioning::kLost,
                                                       core::flatMapStep<T>(std::move(function))));
}

}  // namespace millrace
