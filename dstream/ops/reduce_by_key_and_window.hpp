#pragma once

#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/ops/reduce_by_key.hpp>
#include <millrace/dstream/ops/window.hpp>
#include <millrace/dstream/state/window_fold.hpp>

namespace millrace {

namespace core {

/// A slide longer than the window leaves batches out, so there is nothing to keep up to date: the plain form is right.
template <class T, class F, class Inverse, class Filter>
DStream<KeyedResult<T>> reduceWindowByInverse(const DStream<T>& stream, F function, Inverse inverse,
                                              Duration window, Duration slide, int partitions,
                                              Filter filter) {
  checkWindow("reduceByKeyAndWindow", *stream.node(), window, slide);
  if (slide > window) {
    auto plain = stream.reduceByKeyAndWindow(std::move(function), window, slide, partitions);
    if constexpr (std::is_same_v<Filter, KeepAll>) {
      return plain;
    } else {
      return plain.filter(std::move(filter));
    }
  }
  using Fold = InverseFold<KeyOf<T>, ValueOf<T>, F, Inverse, Filter>;
  auto reduced = stream.reduceByKey(function, partitions);
  auto fold = std::make_unique<Fold>(partitions, std::move(function), std::move(inverse), std::move(filter));
  return DStream<KeyedResult<T>>(
      incrementalWindow(reduced.node(), window, slide, std::move(fold), hashPartitioner(partitions)));
}

}  // namespace core

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKeyAndWindow(F function, Duration windowDuration) const {
  return reduceByKeyAndWindow(std::move(function), windowDuration, slideDuration());
}

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKeyAndWindow(F function, Duration windowDuration,
                                                         Duration slideDuration) const {
  return reduceByKeyAndWindow(std::move(function), windowDuration, slideDuration,
                              core::defaultPartitioner(*node_)->partitions());
}

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKeyAndWindow(F function, Duration windowDuration,
                                                         Duration slideDuration, int partitions) const {
  return reduceByKey(function, partitions)
      .window(windowDuration, slideDuration)
      .reduceByKey(std::move(function), partitions);
}

template <class T>
template <class F, class Inverse>
  requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKeyAndWindow(F function, Inverse inverse,
                                                         Duration windowDuration) const {
  return reduceByKeyAndWindow(std::move(function), std::move(inverse), windowDuration, slideDuration());
}

template <class T>
template <class F, class Inverse>
  requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration,
                                                         Duration slideDuration) const {
  return reduceByKeyAndWindow(std::move(function), std::move(inverse), windowDuration, slideDuration,
                              core::defaultPartitioner(*node_)->partitions());
}

template <class T>
template <class F, class Inverse>
  requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>>
DStream<KeyedResult<T>> DStream<T>::reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration,
                                                         Duration slideDuration, int partitions) const {
  return core::reduceWindowByInverse(*this, std::move(function), std::move(inverse), windowDuration,
                                     slideDuration, partitions, core::KeepAll{});
}

template <class T>
template <class F, class Inverse, class Filter>
  requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>> && PairPredicate<Filter, T>
DStream<KeyedResult<T>> DStream<T>::reduceByKeyAndWindow(F function, Inverse inverse, Duration windowDuration,
                                                         Duration slideDuration, int partitions,
                                                         Filter filter) const {
  return core::reduceWindowByInverse(*this, std::move(function), std::move(inverse), windowDuration,
                                     slideDuration, partitions, std::move(filter));
}

}  // namespace millrace
