#pragma once

#include <millrace/dstream/ops/cogroup.hpp>
#include <millrace/rdd/ops/join.hpp>

namespace millrace {

template <class T>
template <class A>
  requires SameKey<T, A>
DStream<Joined<T, ValueOf<T>, ValueOf<A>>> PairDStreamFunctions<T>::join(const DStream<A>& other,
                                                                         const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<false, false>;
  return DStream<Joined<T, V, ValueOf<A>>>(
      core::groupedStreams<Emit, T, A>("join", node_, other.node(), partitions));
}

template <class T>
template <class A>
  requires SameKey<T, A>
DStream<Joined<T, ValueOf<T>, std::optional<ValueOf<A>>>> PairDStreamFunctions<T>::leftOuterJoin(
    const DStream<A>& other, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<false, true>;
  return DStream<Joined<T, V, std::optional<ValueOf<A>>>>(
      core::groupedStreams<Emit, T, A>("leftOuterJoin", node_, other.node(), partitions));
}

template <class T>
template <class A>
  requires SameKey<T, A>
DStream<Joined<T, std::optional<ValueOf<T>>, ValueOf<A>>> PairDStreamFunctions<T>::rightOuterJoin(
    const DStream<A>& other, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<true, false>;
  return DStream<Joined<T, std::optional<V>, ValueOf<A>>>(
      core::groupedStreams<Emit, T, A>("rightOuterJoin", node_, other.node(), partitions));
}

template <class T>
template <class A>
  requires SameKey<T, A>
DStream<Joined<T, std::optional<ValueOf<T>>, std::optional<ValueOf<A>>>>
PairDStreamFunctions<T>::fullOuterJoin(const DStream<A>& other, const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  using Emit = core::EmitJoined<true, true>;
  return DStream<Joined<T, std::optional<V>, std::optional<ValueOf<A>>>>(
      core::groupedStreams<Emit, T, A>("fullOuterJoin", node_, other.node(), partitions));
}

}  // namespace millrace
