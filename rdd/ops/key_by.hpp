#pragma once

#include <millrace/rdd/ops/map.hpp>

namespace millrace {

template <class T>
template <class F>
  requires MapFn<F, T>
RDD<KeyByResult<F, T>> RDD<T>::keyBy(F function) const {
  auto step = core::stepFunction<T, core::MapReader>(core::WithKey<F>{std::move(function)});
  return RDD<KeyByResult<F, T>>(
      core::narrowNode(node(), "keyBy", std::move(step), core::Partitioning::kLost));
}

}  // namespace millrace
