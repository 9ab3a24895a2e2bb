#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/as_key.hpp>
#include <millrace/rdd/ops/reduce_by_key.hpp>

#include <cstdint>
#include <functional>

namespace millrace {

namespace core {

/// Makes (record, 1) of a record.
struct SeenOnce {
  template <class T>
  std::pair<AsKey::Key<T>, std::int64_t> operator()(const T& record) const {
    return {record, 1};
  }
};

/// (record, 1) for each record.
template <class T>
StreamPtr seenOnceStream(const std::string& kind, const StreamPtr& parent) {
  return stepStream(kind, parent, Partitioning::kLost, mapStep<T>(SeenOnce{}));
}

}  // namespace core

template <class T>
DStream<std::pair<owned_t<T>, std::int64_t>> DStream<T>::countByValue(const Partitions& partitions) const {
  core::KeptKey<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  using Seen = std::pair<core::AsKey::Key<T>, std::int64_t>;
  auto partitioner = core::partitionerOf(partitions, *node_);
  DStream<Seen> seen(core::seenOnceStream<T>("countByValue", node_));
  auto spec = core::reduceSpec<Seen>(std::plus<std::int64_t>{}, partitioner);
  return DStream<std::pair<owned_t<T>, std::int64_t>>(
      core::shuffleStream("countByValue", seen.node(), std::move(spec), std::move(partitioner)));
}

}  // namespace millrace
