#pragma once

#include <millrace/rdd/core/shuffle/range_partitioner.hpp>
#include <millrace/rdd/core/shuffle/sort.hpp>
#include <millrace/rdd/ops/key_by.hpp>

namespace millrace {

template <class T>
template <class F>
  requires SortFn<F, T>
RDD<owned_t<T>> RDD<T>::sortBy(F function, bool ascending, std::optional<int> partitions) const {
  core::KeptRecord<owned_t<T>>();
  using P = KeyByResult<F, T>;
  core::KeptRecord<KeyOf<P>>();
  core::ShuffledRecord<P>();
  auto keyed = core::keyedNode<T>("sortBy", node(), std::move(function));
  auto ranges =
      core::rangePartitioner<P>(*keyed, partitions.value_or(std::max(1, getNumPartitions())), ascending);
  auto spec = std::make_shared<core::SortSpec<P, core::Sorted::kValues>>(ranges, ascending);
  return RDD<owned_t<T>>(
      core::exchangeNode(core::rddOperator("sortBy"), keyed, std::move(spec), ranges->partitions()));
}

}  // namespace millrace
