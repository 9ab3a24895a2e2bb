#pragma once

#include <millrace/rdd/actions/take.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
bool RDD<T>::isEmpty() const {
  return getNumPartitions() == 0 || take(1).empty();
}

}  // namespace millrace
