#pragma once

#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/ops/group_by_key.hpp>
#include <millrace/dstream/ops/window.hpp>
#include <millrace/rdd/ops/combine_by_key.hpp>

#include <iterator>

namespace millrace {

namespace core {

/// Joins the groups of one key, batch after batch.
struct JoinGroups {
  template <class V>
  std::vector<V> operator()(std::vector<V> into, std::vector<V>&& more) const {
    into.insert(into.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    return into;
  }
  template <class V>
  std::vector<V> operator()(std::vector<V> into, const std::vector<V>& more) const {
    into.insert(into.end(), more.begin(), more.end());
    return into;
  }
};

}  // namespace core

template <class T>
DStream<KeyedResult<T, std::vector<ValueOf<T>>>> PairDStreamFunctions<T>::groupByKeyAndWindow(
    Duration windowDuration, std::optional<Duration> slideDuration, const Partitions& partitions) const
  requires PairLike<T>
{
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  using Grouped = KeyedResult<T, std::vector<V>>;
  Duration slide = slideDuration.value_or(node_->slideDuration());
  core::checkWindow("groupByKeyAndWindow", *node_, windowDuration, slide);
  auto partitioner = core::partitionerOf(partitions, *node_);
  auto window = groupByKey(partitions).window(windowDuration, slide);
  auto spec =
      core::combineSpec<Grouped>(std::identity{}, core::JoinGroups{}, core::JoinGroups{}, partitioner);
  return DStream<Grouped>(
      core::shuffleStream("groupByKeyAndWindow", window.node(), std::move(spec), std::move(partitioner)));
}

}  // namespace millrace
