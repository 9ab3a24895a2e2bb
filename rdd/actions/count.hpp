#pragma once

#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/rdd.hpp>

#include <atomic>

namespace millrace {

template <class T>
std::int64_t RDD<T>::count() const {
  std::atomic<std::int64_t> total = 0;
  node_->engine().runJob(
      *node_, [&](int, core::ReaderPtr reader) { total += core::countRecords<T>(std::move(reader)); });
  return total;
}

}  // namespace millrace
