#pragma once

#include <millrace/rdd/core/engine.hpp>
#include <millrace/rdd/rdd.hpp>

#include <atomic>

namespace millrace {

template <class T>
std::int64_t RDD<T>::count() const {
  std::atomic<std::int64_t> total = 0;
  node_->engine().runJob(*node_, [&](int, core::ReaderPtr untyped) {
    auto reader = core::typed<T>(std::move(untyped));
    std::int64_t records = 0;
    for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next())
      records += static_cast<std::int64_t>(chunk.size);
    total += records;
  });
  return total;
}

}  // namespace millrace
