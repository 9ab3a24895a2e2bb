#pragma once

#include <millrace/rdd/actions/collect_as_map.hpp>
#include <millrace/rdd/core/shuffle/combine.hpp>
#include <millrace/rdd/ops/as_key.hpp>

namespace millrace {

namespace core {

template <class V>
struct CountCombiner {
  std::int64_t create(const V&) { return 1; }
  void mergeValue(std::int64_t& into, const V&) { ++into; }
  void mergeCombiners(std::int64_t& into, std::int64_t value) { into += value; }
};

/// The node of (key, how many records it has) of pairs P. It has the partitions that Spark's rule gives.
template <class P>
NodePtr countNode(std::string_view kind, const NodePtr& parent) {
  using Combiner = CountCombiner<ValueOf<P>>;
  auto partitioner = defaultPartitioner({parent});
  auto spec = std::make_shared<CombineSpec<P, std::int64_t, Combiner>>(Combiner{}, partitioner);
  return shuffleNode(rddOperator(kind), {parent}, std::move(spec), std::move(partitioner));
}

}  // namespace core

template <class T>
KeyedMap<KeyOf<T>, std::int64_t> PairRDDFunctions<T>::countByKey() const
  requires PairLike<T> && HashableKey<KeyOf<T>>
{
  core::KeptKey<K>();
  core::ShuffledRecord<K>();
  return RDD<std::pair<K, std::int64_t>>(core::countNode<T>("countByKey", node_)).collectAsMap();
}

template <class T>
KeyedMap<owned_t<T>, std::int64_t> RDD<T>::countByValue() const
  requires HashableKey<owned_t<T>>
{
  core::KeptKey<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  auto counts =
      core::countNode<core::AsKeyRecord<T>>("countByValue", core::asKeys<T>("countByValue", node()));
  return RDD<std::pair<owned_t<T>, std::int64_t>>(std::move(counts)).collectAsMap();
}

}  // namespace millrace
