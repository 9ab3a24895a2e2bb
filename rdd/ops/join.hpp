#pragma once

#include <millrace/rdd/core/shuffle/joined.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

template <class T, class A, class Emit>
NodePtr joinNode(std::string_view kind, const NodePtr& left, const NodePtr& right,
                 const Partitions& partitions) {
  std::vector<NodePtr> parents{left, right};
  auto partitioner = partitions.over(parents);
  return groupNode<Emit, KeyOf<T>, Side<T>, Side<A>>(rddOperator(kind), std::move(parents),
                                                     std::move(partitioner));
}

}  // namespace core

template <class T>
template <class A>
  requires SameKey<T, A>
RDD<Joined<T, ValueOf<T>, ValueOf<A>>> PairRDDFunctions<T>::join(const RDD<A>& other,
                                                                 const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<false, false>;
  return RDD<Joined<T, V, ValueOf<A>>>(core::joinNode<T, A, Emit>("join", node_, other.node(), partitions));
}

template <class T>
template <class A>
  requires SameKey<T, A>
RDD<Joined<T, ValueOf<T>, std::optional<ValueOf<A>>>> PairRDDFunctions<T>::leftOuterJoin(
    const RDD<A>& other, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<false, true>;
  return RDD<Joined<T, V, std::optional<ValueOf<A>>>>(
      core::joinNode<T, A, Emit>("leftOuterJoin", node_, other.node(), partitions));
}

template <class T>
template <class A>
  requires SameKey<T, A>
RDD<Joined<T, std::optional<ValueOf<T>>, ValueOf<A>>> PairRDDFunctions<T>::rightOuterJoin(
    const RDD<A>& other, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<true, false>;
  return RDD<Joined<T, std::optional<V>, ValueOf<A>>>(
      core::joinNode<T, A, Emit>("rightOuterJoin", node_, other.node(), partitions));
}

template <class T>
template <class A>
  requires SameKey<T, A>
RDD<Joined<T, std::optional<ValueOf<T>>, std::optional<ValueOf<A>>>> PairRDDFunctions<T>::fullOuterJoin(
    const RDD<A>& other, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<true, true>;
  return RDD<Joined<T, std::optional<V>, std::optional<ValueOf<A>>>>(
      core::joinNode<T, A, Emit>("fullOuterJoin", node_, other.node(), partitions));
}

}  // namespace millrace
