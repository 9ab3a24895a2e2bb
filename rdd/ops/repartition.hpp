#pragma once

#include <millrace/rdd/core/shuffle/exchange.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<owned_t<T>> RDD<T>::repartition(int partitions) const {
  core::KeptRecord<owned_t<T>>();
  core::ShuffledRecord<owned_t<T>>();
  return RDD<owned_t<T>>(core::exchangeNode(core::rddOperator("repartition"), node(),
                                            std::make_shared<core::RecordExchange<T, core::RoundRobin>>(),
                                            partitions));
}

}  // namespace millrace
