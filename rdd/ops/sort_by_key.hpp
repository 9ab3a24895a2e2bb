#pragma once

#include <millrace/rdd/core/shuffle/range_partitioner.hpp>
#include <millrace/rdd/core/shuffle/sort.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
  requires PairLike<T> && OrderedKey<KeyOf<T>>
RangePartitioner::RangePartitioner(int partitions, const RDD<T>& rdd, bool ascending)
    : Partitioner(core::rangePartitioner<T>(*rdd.node(), partitions, ascending)) {}

template <class T>
RDD<owned_t<T>> PairRDDFunctions<T>::sortByKey(bool ascending, std::optional<int> partitions) const
  requires PairLike<T> && OrderedKey<KeyOf<T>>
{
  core::KeptRecord<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  auto ranges =
      core::rangePartitioner<T>(*node_, partitions.value_or(std::max(1, node_->partitions())), ascending);
  auto spec = std::make_shared<core::SortSpec<T>>(ranges, ascending);
  return RDD<owned_t<T>>(
      core::shuffleNode(core::rddOperator("sortByKey"), {node_}, std::move(spec), std::move(ranges)));
}

template <class T>
RDD<owned_t<T>> PairRDDFunctions<T>::repartitionAndSortWithinPartitions(const Partitioner& partitioner) const
  requires PairLike<T> && OrderedKey<KeyOf<T>>
{
  core::KeptRecord<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  auto spec = std::make_shared<core::SortSpec<T>>(partitioner.held(), true);
  return RDD<owned_t<T>>(core::shuffleNode(core::rddOperator("repartitionAndSortWithinPartitions"), {node_},
                                           std::move(spec), partitioner.held()));
}

}  // namespace millrace
