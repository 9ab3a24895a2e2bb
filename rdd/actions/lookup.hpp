#pragma once

#include <millrace/rdd/actions/collect.hpp>
#include <millrace/rdd/ops/collect_partial.hpp>

namespace millrace {

template <class T>
std::vector<ValueOf<T>> PairRDDFunctions<T>::lookup(const KeyOf<T>& key) const
  requires PairLike<T> && HashableKey<KeyOf<T>>
{
  core::ShuffledByKey<T>();
  auto found = RDD<T>(node_).collect([&key](const T& record) -> std::optional<V> {
    if (NaturalEqual()(core::comparable<K>(record.first), key)) return own(record.second);
    return std::nullopt;
  });
  auto partitions = core::allOf(*node_);
  if (node_->partitioner()) partitions = {Partitioner(node_->partitioner()).getPartition(key)};
  return core::collectPartitions<V>(*found.node(), partitions, static_cast<std::size_t>(-1));
}

}  // namespace millrace
