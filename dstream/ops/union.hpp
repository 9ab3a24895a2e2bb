#pragma once

#include <millrace/dstream/core/union_stream.hpp>
#include <millrace/dstream/dstream.hpp>

namespace millrace {

template <class T>
DStream<T> DStream<T>::union_(const DStream<T>& other) const {
  return DStream(core::unionStream({node_, other.node()}, core::concatReaders<T>));
}

}  // namespace millrace
