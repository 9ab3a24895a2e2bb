#pragma once

#include <millrace/dstream/dstream.hpp>

namespace millrace {

template <class T>
std::vector<RDD<T>> DStream<T>::slice(Time from, Time to) const {
  core::KeptRecord<owned_t<T>>();
  std::vector<RDD<T>> rdds;
  for (core::NodePtr& rdd : node_->slice(from, to)) rdds.emplace_back(std::move(rdd));
  return rdds;
}

}  // namespace millrace
