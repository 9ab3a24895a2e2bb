#pragma once

#include <millrace/rdd/core/gather.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<T> RDD<T>::union_(const RDD<T>& other) const {
  return RDD(core::unionNode(node_->enginePtr(), core::rddOperator("union"), {node_, other.node_}));
}

}  // namespace millrace
