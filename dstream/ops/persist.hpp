#pragma once

#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

namespace millrace {

template <class T>
DStream<T> DStream<T>::persist(StorageLevel level) const {
  core::KeptRecord<owned_t<T>>();
  node_->persist(level, core::storeBlock<T>);
  return *this;
}

}  // namespace millrace
