#pragma once

#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/ops/count_by_value.hpp>
#include <millrace/dstream/ops/reduce_by_key_and_window.hpp>

namespace millrace {

namespace core {

struct HasCount {
  template <class K>
  bool operator()(const std::pair<K, std::int64_t>& counted) const {
    return counted.second != 0;
  }
};

}  // namespace core

template <class T>
DStream<std::pair<owned_t<T>, std::int64_t>> DStream<T>::countByValueAndWindow(
    Duration windowDuration, Duration slideDuration, const Partitions& partitions) const {
  core::KeptKey<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  using Seen = std::pair<core::AsKey::Key<T>, std::int64_t>;
  DStream<Seen> seen(core::seenOnceStream<T>("countByValueAndWindow", node_));
  return core::reduceWindowByInverse("countByValueAndWindow", seen, std::plus<std::int64_t>{},
                                     std::minus<std::int64_t>{}, windowDuration, slideDuration,
                                     core::partitionerOf(partitions, *node_), core::HasCount{});
}

}  // namespace millrace
