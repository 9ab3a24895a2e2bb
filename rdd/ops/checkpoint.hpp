#pragma once

#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/store/checkpoints.hpp>
#include <millrace/rdd/core/store/stored_form_of.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
void RDD<T>::checkpoint() const {
  core::requiredCodec<owned_t<T>>();
  node_->markForCheckpoint(
      core::fileCheckpoint(core::storedForm<T>(), node_->engine().checkpointDirectoryOf(*node_)));
}

template <class T>
RDD<T> RDD<T>::localCheckpoint() const {
  if (!getStorageLevel().isValid())
    node_->persist(StorageLevel::MEMORY_AND_DISK, core::storedForm<T>(), core::IfFull::kKeep);
  node_->markForCheckpoint(core::cacheCheckpoint());
  return *this;
}

}  // namespace millrace
