#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/map.hpp>

namespace millrace {

template <class T>
template <class F>
  requires MapFn<F, T>
DStream<ElementResult<F, T>> DStream<T>::map(F function) const {
  return DStream<ElementResult<F, T>>(
      core::stepStream("map", node_, core::Partitioning::kLost, core::mapStep<T>(std::move(function))));
}

}  // namespace millrace
