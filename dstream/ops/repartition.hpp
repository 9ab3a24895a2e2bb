#pragma once

#include <millrace/dstream/core/exchange_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/core/shuffle/exchange.hpp>

namespace millrace {

template <class T>
DStream<owned_t<T>> DStream<T>::repartition(int partitions) const {
  core::KeptRecord<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  auto spec = std::make_shared<core::RecordExchange<T, core::RoundRobin>>();
  return DStream<owned_t<T>>(core::exchangeStream("repartition", node_, std::move(spec), partitions));
}

}  // namespace millrace
