#pragma once

#include <millrace/rdd/core/shuffle/combine.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// The three functions of combineByKey.
template <class C, class V, class Create, class MergeValue, class MergeCombiners>
struct FunctionsCombiner {
  C create(const V& value) { return std::invoke(first, value); }
  void mergeValue(C& into, const V& value) { into = std::invoke(add, std::move(into), value); }
  void mergeCombiners(C& into, C&& value) { into = std::invoke(join, std::move(into), std::move(value)); }

  Create first;
  MergeValue add;
  MergeCombiners join;
};

template <class P, class Create, class MergeValue, class MergeCombiners>
ShuffleSpecPtr combineSpec(Create create, MergeValue mergeValue, MergeCombiners mergeCombiners,
                           PartitionerPtr partitioner) {
  using C = CombinedBy<Create, P>;
  using Combiner = FunctionsCombiner<C, ValueOf<P>, Create, MergeValue, MergeCombiners>;
  return std::make_shared<CombineSpec<P, C, Combiner>>(
      Combiner{std::move(create), std::move(mergeValue), std::move(mergeCombiners)}, std::move(partitioner));
}

}  // namespace core

template <class T>
template <class Create, class MergeValue, class MergeCombiners>
  requires PairLike<T> && CombineFns<Create, MergeValue, MergeCombiners, ValueOf<T>>
RDD<KeyedResult<T, CombinedBy<Create, T>>> PairRDDFunctions<T>::combineByKey(
    Create create, MergeValue mergeValue, MergeCombiners mergeCombiners, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::KeptRecord<CombinedBy<Create, T>>();
  core::ShuffledRecord<KeyedResult<T, CombinedBy<Create, T>>>();
  auto partitioner = partitions.over({node_});
  auto spec =
      core::combineSpec<T>(std::move(create), std::move(mergeValue), std::move(mergeCombiners), partitioner);
  return RDD<KeyedResult<T, CombinedBy<Create, T>>>(
      core::shuffleNode(core::rddOperator("combineByKey"), {node_}, std::move(spec), std::move(partitioner)));
}

}  // namespace millrace
