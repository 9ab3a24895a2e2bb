#pragma once

#include <millrace/dstream/core/combined_stream.hpp>
#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/cogroup.hpp>

namespace millrace {

namespace core {

/// The stream of what `Emit` makes of the groups of two streams.
template <class Emit, class T, class A>
StreamPtr groupedStreams(const std::string& kind, const StreamPtr& left, const StreamPtr& right,
                         const Partitions& partitions) {
  auto partitioner = partitionerOf(partitions, *left);
  auto spec = std::make_shared<GroupSpec<Emit, KeyOf<T>, Side<T>, Side<A>>>(partitioner);
  return cogroupedStream(kind, {left, right}, std::move(spec), std::move(partitioner));
}

}  // namespace core

template <class T>
template <class A>
  requires SameKey<T, A>
DStream<Cogrouped<T, A>> PairDStreamFunctions<T>::cogroup(const DStream<A>& other,
                                                          const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  core::ShuffledRecord<KeyedResult<A>>();
  return DStream<Cogrouped<T, A>>(
      core::groupedStreams<core::EmitGroups, T, A>("cogroup", node_, other.node(), partitions));
}

}  // namespace millrace
