#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/filter.hpp>

namespace millrace {

template <class T>
template <class F>
  requires Predicate<F, T>
DStream<T> DStream<T>::filter(F predicate) const {
  return DStream<T>(core::stepStream("filter", node_, core::Partitioning::kKept,
                                     core::filterStep<T>(std::move(predicate))));
}

}  // namespace millrace
