#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/glom.hpp>

namespace millrace {

template <class T>
DStream<std::vector<owned_t<T>>> DStream<T>::glom() const {
  core::KeptRecord<owned_t<T>>();
  return DStream<std::vector<owned_t<T>>>(core::partitionStream(
      "glom", node_, core::Partitioning::kLost, core::stepFunction<T, core::GlomReader>(nullptr)));
}

}  // namespace millrace
