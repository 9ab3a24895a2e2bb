#pragma once

#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/core/vector_block.hpp>

namespace millrace {

template <class T>
DStream<T> DStream<T>::window(Duration windowDuration) const {
  return window(windowDuration, slideDuration());
}

template <class T>
DStream<T> DStream<T>::window(Duration windowDuration, Duration slideDuration) const {
  return DStream(core::windowStream(node_, windowDuration, slideDuration, core::storeBlock<T>));
}

}  // namespace millrace
