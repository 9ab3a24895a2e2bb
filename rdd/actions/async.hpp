#pragma once

#include <millrace/rdd/actions/collect.hpp>
#include <millrace/rdd/actions/count.hpp>
#include <millrace/rdd/actions/foreach.hpp>
#include <millrace/rdd/actions/take.hpp>
#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/run/interrupt.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// Gives what its input gives, until the action is cancelled.
template <class T, class>
class InterruptibleReader final : public Reader<T> {
 public:
  InterruptibleReader(TypedReader<T> input, std::nullptr_t, const OperatorInfo&) : input_(std::move(input)) {}
  Chunk<T> next() override {
    if (isInterrupted()) throw Interrupted();
    return input_->next();
  }

 private:
  TypedReader<T> input_;
};

/// Starts `action(rdd)` on a thread of its own. IllegalState where no action may run.
template <class R, class T, class Action>
FutureAction<R> startAsync(const RDD<T>& rdd, const char* kind, Action action) {
  rdd.node()->engine().requireDriver();
  RDD<T> interruptible(
      narrowNode(rdd.node(), kind, stepFunction<T, InterruptibleReader>(nullptr), Partitioning::kKept));
  return FutureAction<R>(kind, [=]() -> R { return action(interruptible); });
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
