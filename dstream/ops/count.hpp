#pragma once

#include <millrace/dstream/core/combined_stream.hpp>
#include <millrace/dstream/core/fold_spec.hpp>
#include <millrace/dstream/dstream.hpp>

namespace millrace {

namespace core {

struct CountRecords {
  using Held = std::int64_t;
  using Result = std::int64_t;
  template <class T>
  void add(Held& count, const Chunk<T>& chunk) {
    count += static_cast<std::int64_t>(chunk.size);
  }
  void merge(Held& count, Held&& more) { count += more; }
  void give(Held&& count, PooledVector<Result>& results);
};

}  // namespace core

template <class T>
DStream<std::int64_t> DStream<T>::count() const {
  auto spec = std::make_shared<core::FoldSpec<T, core::CountRecords>>(core::CountRecords{});
  return DStream<std::int64_t>(core::foldedStream("count", node_, std::move(spec), true));
}

}  // namespace millrace
