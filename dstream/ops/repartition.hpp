#pragma once

#include <millrace/dstream/core/spread_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/core/shuffle/spread.hpp>

namespace millrace {

template <class T>
DStream<owned_t<T>> DStream<T>::repartition(int partitions) const {
  auto spec = std::make_shared<core::SpreadSpec<T, core::RoundRobin>>();
  return DStream<owned_t<T>>(core::spreadStream("repartition", node_, std::move(spec), partitions));
}

}  // namespace millrace
