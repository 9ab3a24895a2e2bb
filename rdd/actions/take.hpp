#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/actions/collect.hpp>
#include <millrace/rdd/core/graph/scan.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
std::vector<owned_t<T>> RDD<T>::take(int n) const {
  core::KeptRecord<owned_t<T>>();
  std::vector<owned_t<T>> taken;
  auto wanted = static_cast<std::size_t>(std::max(n, 0));
  for (int scanned = 0; scanned < node_->partitions() && taken.size() < wanted;) {
    auto next = core::nextPartitionsToScan(scanned, node_->partitions(), taken.size(), wanted);
    scanned += static_cast<int>(next.size());
    auto more = core::collectPartitions<T>(*node_, next, wanted - taken.size());
    auto end = more.begin() + static_cast<std::ptrdiff_t>(std::min(more.size(), wanted - taken.size()));
    taken.insert(taken.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(end));
  }
  return taken;
}

template <class T>
owned_t<T> RDD<T>::first() const {
  auto taken = take(1);
  if (taken.empty())
    throw Unsupported("first() of an empty RDD: ask count() or take(1) where it may be empty");
  return std::move(taken.front());
}

}  // namespace millrace
