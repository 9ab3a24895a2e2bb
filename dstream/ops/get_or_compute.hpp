#pragma once

#include <millrace/dstream/dstream.hpp>

namespace millrace {

template <class T>
std::optional<RDD<T>> DStream<T>::getOrCompute(Time time) const {
  if (core::NodePtr made = node_->rdd(time)) return RDD<T>(std::move(made));
  return std::nullopt;
}

}  // namespace millrace
