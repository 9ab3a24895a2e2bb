#pragma once

#include <millrace/dstream/core/window_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/ops/filter.hpp>
#include <millrace/dstream/ops/reduce_by_key.hpp>
#include <millrace/dstream/ops/window.hpp>
#include <millrace/dstream/state/batch_forms.hpp>
#include <millrace/dstream/state/inverse_fold.hpp>
#include <millrace/dstream/state/stacked_fold.hpp>

namespace millrace {

namespace core {

/// Windows that share no batch have nothing to keep up to date: each is folded from its batches.
template <class T, class F>
DStream<KeyedResult<T>> reduceEachWindow(const DStream<T>& stream, F function, Duration window,
                                         Duration slide, const PartitionerPtr& partitioner) {
  Partitions partitions{millrace::Partitioner(partitioner)};
  return stream.reduceByKey(function, partitions)
      .window(window, slide)
      .reduceByKey(std::move(function), partitions);
}

template <class T, class F>
DStream<KeyedResult<T>> reduceWindow(const DStream<T>& stream, F function, Duration window, Duration slide,
                                     const PartitionerPtr& partitioner) {
  checkWindow("reduceByKeyAndWindow", *stream.node(), window, slide);
  if (slide >= window) return reduceEachWindow(stream, std::move(function), window, slide, partitioner);
  using Fold = StackedFold<KeyOf<T>, ValueOf<T>, F>;
  auto reduced = stream.reduceByKey(function, millrace::Partitioner(partitioner));
  auto form = std::make_shared<const TableBatches<KeyOf<T>, ValueOf<T>>>(partitioner);
  auto batches = static_cast<std::size_t>(window / reduced.slideDuration());
  auto fold = std::make_unique<Fold>(partitioner->partitions(), batches, std::move(function));
  return DStream<KeyedResult<T>>(movingWindow("reduceByKeyAndWindow", reduced.node(), window, slide,
                                              std::move(fold), std::move(form), partitioner,
                                              KeepsState::kForItsWindow));
}

/// A window that is kept up to date: a key that came once stays, unless the filter drops it.
template <class T, class F, class Inverse, class Filter>
DStream<KeyedResult<T>> inverseWindow(const std::string& kind, const DStream<T>& stream, F function,
                                      Inverse inverse, Duration window, Duration slide,
                                      const PartitionerPtr& partitioner, Filter filter) {
  checkWindow(kind, *stream.node(), window, slide);
  using Fold = InverseFold<KeyOf<T>, ValueOf<T>, F, Inverse, Filter>;
  auto reduced = stream.reduceByKey(function, millrace::Partitioner(partitioner));
  auto fold = std::make_unique<Fold>(partitioner, std::move(function), std::move(inverse), std::move(filter));
  auto form = std::make_shared<const TableBatches<KeyOf<T>, ValueOf<T>>>(partitioner);
  return DStream<KeyedResult<T>>(movingWindow(kind, reduced.node(), window, slide, std::move(fold),
                                              std::move(form), partitioner, KeepsState::kForEver));
}

/// The same, but that windows which share no batch are folded from their batches, and show no keys of others.
template <class T, class F, class Inverse, class Filter>
DStream<KeyedResult<T>> reduceWindowByInverse(const std::string& kind, const DStream<T>& stream, F function,
                                              Inverse inverse, Duration window, Duration slide,
                                              const PartitionerPtr& partitioner, Filter filter) {
  checkWindow(kind, *stream.node(), window, slide);
  if (slide > window) {
    auto plain = reduceEachWindow(stream, std::move(function), window, slide, partitioner);
    if constexpr (std::is_same_v<Filter, KeepAll>) {
      return plain;
    } else {
      return plain.filter(std::move(filter));
    }
  }
  return inverseWindow(kind, stream, std::move(function), std::move(inverse), window, slide, partitioner,
                       std::move(filter));
}

}  // namespace core

template <class T>
template <class F>
  requires PairLike<T> && Reducer<F, ValueOf<T>>
DStream<KeyedResult<T>> PairDStreamFunctions<T>::reduceByKeyAndWindow(F function, Duration windowDuration,
                                                                      std::optional<Duration> slideDuration,
                                                                      const Partitions& partitions) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  return core::reduceWindow(DStream<T>(node_), std::move(function), windowDuration,
                            slideDuration.value_or(node_->slideDuration()),
                            core::partitionerOf(partitions, *node_));
}

template <class T>
template <class F, class Inverse, class Filter>
  requires PairLike<T> && Reducer<F, ValueOf<T>> && Reducer<Inverse, ValueOf<T>> && PairPredicate<Filter, T>
DStream<KeyedResult<T>> PairDStreamFunctions<T>::reduceByKeyAndWindow(F function, Inverse inverse,
                                                                      Duration windowDuration,
                                                                      std::optional<Duration> slideDuration,
                                                                      const Partitions& partitions,
                                                                      Filter filter) const {
  core::ShuffledByKey<T>();
  core::ShuffledRecord<KeyedResult<T>>();
  return core::reduceWindowByInverse("reduceByKeyAndWindow", DStream<T>(node_), std::move(function),
                                     std::move(inverse), windowDuration,
                                     slideDuration.value_or(node_->slideDuration()),
                                     core::partitionerOf(partitions, *node_), std::move(filter));
}

}  // namespace millrace
