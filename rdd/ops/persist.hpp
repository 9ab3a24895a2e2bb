#pragma once

#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<T> RDD<T>::persist(StorageLevel level) const {
  core::KeptRecord<owned_t<T>>();
  node_->persist(level, core::storeBlock<T>);
  return *this;
}

template <class T>
RDD<T> RDD<T>::unpersist(bool) const {
  node_->unpersist();
  return *this;
}

}  // namespace millrace
