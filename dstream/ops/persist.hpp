#pragma once

#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/core/store/stored_form_of.hpp>

namespace millrace {

template <class T>
DStream<T> DStream<T>::persist(StorageLevel level) const {
  const core::StoredForm& form = core::storedForm<T>();
  core::checkLevel(level, form, *node_->info());
  node_->persist(level, &form);
  return *this;
}

template <class T>
DStream<T> DStream<T>::persist() const {
  node_->persist(StorageLevel::MEMORY_ONLY_SER, &core::objectForm<T>());
  return *this;
}

}  // namespace millrace
