#pragma once

#include <millrace/rdd/ops/map.hpp>

namespace millrace {

namespace core {

/// The node of (f(record), record), in the name of the operator that needs it.
template <class T, class F>
NodePtr keyedNode(std::string_view kind, const NodePtr& parent, F function) {
  return narrowNode(parent, kind, mapStep<T>(WithKey<F>{std::move(function)}), Partitioning::kLost);
}

}  // namespace core

template <class T>
template <class F>
  requires MapFn<F, T>
RDD<KeyByResult<F, T>> RDD<T>::keyBy(F function) const {
  return RDD<KeyByResult<F, T>>(core::keyedNode<T>("keyBy", node(), std::move(function)));
}

}  // namespace millrace
