#pragma once

#include <millrace/dstream/core/combined_stream.hpp>
#include <millrace/dstream/core/fold_spec.hpp>
#include <millrace/dstream/dstream.hpp>

#include <optional>

namespace millrace {

namespace core {

template <class V, class F>
struct ReduceRecords {
  using Held = std::optional<V>;
  using Result = V;
  template <class T>
  void add(Held& held, const Chunk<T>& chunk) {
    const T* at = chunk.begin();
    if (!held) held.emplace(own(*at++));
    for (; at != chunk.end(); ++at) *held = function(std::move(*held), own(*at));
  }
  void merge(Held& held, Held&& more) {
    if (!more) return;
    held = held ? Held(function(std::move(*held), *more)) : std::move(more);
  }
  void give(Held&& held, PooledVector<Result>& results) {
    if (held) results.push_back(std::move(*held));
  }

  F function;
};

template <class T, class F>
StreamPtr reducedStream(const std::string& kind, const StreamPtr& parent, F function) {
  using Fold = ReduceRecords<owned_t<T>, F>;
  auto spec = std::make_shared<FoldSpec<T, Fold>>(Fold{std::move(function)});
  return foldedStream(kind, parent, std::move(spec), false);
}

}  // namespace core

template <class T>
template <class F>
  requires Reducer<F, owned_t<T>>
DStream<owned_t<T>> DStream<T>::reduce(F function) const {
  core::KeptRecord<owned_t<T>>();
  return DStream<owned_t<T>>(core::reducedStream<T>("reduce", node_, std::move(function)));
}

}  // namespace millrace
