#pragma once

#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

namespace millrace {

template <class T>
DStream<T> DStream<T>::window(Duration windowDuration, std::optional<Duration> slideDuration) const {
  core::KeptRecord<owned_t<T>>();
  Duration slide = slideDuration.value_or(this->slideDuration());
  return DStream(
      core::windowStream(node_, windowDuration, slide, core::storeBlock<T>, core::concatReaders<T>));
}

}  // namespace millrace
