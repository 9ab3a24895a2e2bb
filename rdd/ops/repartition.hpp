#pragma once

#include <millrace/rdd/core/shuffle/spread.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

template <class T>
RDD<owned_t<T>> RDD<T>::repartition(int partitions) const {
  return RDD<owned_t<T>>(core::spreadNode(core::rddOperator("repartition"), node(),
                                          std::make_shared<core::SpreadSpec<T, core::RoundRobin>>(),
                                          partitions));
}

}  // namespace millrace
