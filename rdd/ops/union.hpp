#pragma once

#include <millrace/rdd/core/graph/gather.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<T> RDD<T>::union_(const std::vector<RDD<T>>& rdds) {
  std::vector<core::NodePtr> parents;
  for (const RDD<T>& rdd : rdds) parents.push_back(rdd.node());
  return RDD(core::keyedUnionNode(core::rddOperator("union"), std::move(parents), core::concatReaders<T>));
}

template <class T>
RDD<T> RDD<T>::union_(const RDD<T>& other) const {
  return RDD(core::keyedUnionNode(core::rddOperator("union"), {node_, other.node_}, core::concatReaders<T>));
}

}  // namespace millrace
