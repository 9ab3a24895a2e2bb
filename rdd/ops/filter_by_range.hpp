#pragma once

#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/core/shuffle/range_partitioner.hpp>
#include <millrace/rdd/ops/filter.hpp>

#include <algorithm>

namespace millrace {

template <class T>
RDD<T> PairRDDFunctions<T>::filterByRange(const K& lower, const K& upper) const
  requires PairLike<T> && OrderedKey<K>
{
  core::NodePtr from = node_;
  if (auto ranges = dynamic_cast<const core::RangePartitioner<K>*>(node_->partitioner().get())) {
    const int a = ranges->partitionOf(lower), b = ranges->partitionOf(upper);
    const int count = NaturalLess()(upper, lower) ? 0 : std::max(a, b) - std::min(a, b) + 1;
    from = core::prunedNode(core::rddOperator("filterByRange"), node_, std::min(a, b), count);
  }
  return RDD<T>(std::move(from)).filter([lower, upper](const T& record) {
    const auto& key = core::comparable<K>(record.first);
    return !NaturalLess()(key, lower) && !NaturalLess()(upper, key);
  });
}

}  // namespace millrace
