#pragma once

#include <millrace/rdd/core/shuffle/combine.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Folds a key's values into a copy of `zero`. The zero may change the result, so each key gets it once per map task.
template <class Z, class V, class Add, class Join>
struct ZeroCombiner {
  static constexpr bool kCreatesOnce = true;

  Z create(const V& value) { return std::invoke(add, Z(zero), value); }
  void mergeValue(Z& into, const V& value) { into = std::invoke(add, std::move(into), value); }
  void mergeCombiners(Z& into, Z&& value) { into = std::invoke(join, std::move(into), std::move(value)); }

  Z zero;
  Add add;
  Join join;
};

template <class P, class Z, class Add, class Join>
NodePtr aggregateNode(std::string_view kind, NodePtr parent, Z zero, Add add, Join join,
                      const Partitions& partitions) {
  using Combiner = ZeroCombiner<Z, ValueOf<P>, Add, Join>;
  auto partitioner = partitions.over({parent});
  auto spec = std::make_shared<CombineSpec<P, Z, Combiner>>(
      Combiner{std::move(zero), std::move(add), std::move(join)}, partitioner);
  return shuffleNode(rddOperator(kind), {std::move(parent)}, std::move(spec), std::move(partitioner));
}

}  // namespace core

template <class T>
template <class Z, class MergeValue, class MergeCombiners>
  requires PairLike<T> && AggregateFns<MergeValue, MergeCombiners, Z, ValueOf<T>>
RDD<KeyedResult<T, Z>> PairRDDFunctions<T>::aggregateByKey(Z zero, MergeValue mergeValue,
                                                           MergeCombiners mergeCombiners,
                                                           const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::KeptRecord<Z>();
  core::ShuffledRecord<KeyedResult<T, Z>>();
  return RDD<KeyedResult<T, Z>>(core::aggregateNode<T>("aggregateByKey", node_, std::move(zero),
                                                       std::move(mergeValue), std::move(mergeCombiners),
                                                       partitions));
}

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
RDD<KeyedResult<T>> PairRDDFunctions<T>::foldByKey(ValueOf<T> zero, F function,
                                                   const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  return RDD<KeyedResult<T>>(
      core::aggregateNode<T>("foldByKey", node_, std::move(zero), function, function, partitions));
}

}  // namespace millrace
