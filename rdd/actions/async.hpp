#pragma once

#include <millrace/rdd/actions/collect.hpp>
#include <millrace/rdd/actions/count.hpp>
#include <millrace/rdd/actions/foreach.hpp>
#include <millrace/rdd/actions/take.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Starts `action(rdd)` on a thread of its own. IllegalState where no action may run.
template <class R, class T, class Action>
FutureAction<R> startAsync(const RDD<T>& rdd, const char* kind, Action action) {
  rdd.node()->engine().requireDriver();
  return FutureAction<R>(kind, [=]() -> R { return action(rdd); });
}

}  // namespace core

template <class T>
FutureAction<std::int64_t> RDD<T>::countAsync() const {
  return core::startAsync<std::int64_t>(*this, "countAsync", [](const RDD& rdd) { return rdd.count(); });
}

template <class T>
FutureAction<std::vector<owned_t<T>>> RDD<T>::collectAsync() const {
  return core::startAsync<std::vector<owned_t<T>>>(*this, "collectAsync",
                                                   [](const RDD& rdd) { return rdd.collect(); });
}

template <class T>
FutureAction<std::vector<owned_t<T>>> RDD<T>::takeAsync(int n) const {
  return core::startAsync<std::vector<owned_t<T>>>(*this, "takeAsync",
                                                   [n](const RDD& rdd) { return rdd.take(n); });
}

template <class T>
template <class F>
  requires ElementFn<F, T>
FutureAction<void> RDD<T>::foreachAsync(F function) const {
  return core::startAsync<void>(*this, "foreachAsync",
                                [function](const RDD& rdd) { rdd.foreach (function); });
}

template <class T>
template <class F>
  requires PartitionFn<F, T>
FutureAction<void> RDD<T>::foreachPartitionAsync(F function) const {
  return core::startAsync<void>(*this, "foreachPartitionAsync",
                                [function](const RDD& rdd) { rdd.foreachPartition(function); });
}

}  // namespace millrace
