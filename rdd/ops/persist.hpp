#pragma once

#include <millrace/rdd/core/store/stored_form_of.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<T> RDD<T>::persist(StorageLevel level) const {
  const core::StoredForm& form = core::storedForm<T>();
  core::checkLevel(level, form, *node_->info());
  node_->persist(level, form);
  return *this;
}

template <class T>
RDD<T> RDD<T>::unpersist(bool) const {
  node_->unpersist();
  return *this;
}

}  // namespace millrace
