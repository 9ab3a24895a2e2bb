#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/dstream/ops/reduce.hpp>
#include <millrace/dstream/ops/reduce_by_key_and_window.hpp>
#include <millrace/dstream/ops/window.hpp>
#include <millrace/rdd/ops/keys.hpp>
#include <millrace/rdd/ops/map.hpp>

#include <cstdint>
#include <functional>

namespace millrace {

namespace core {

/// Makes each record a value of one and the same key.
struct OneKey {
  template <class T>
  std::pair<std::int8_t, T> operator()(const T& record) const {
    return {0, record};
  }
};
struct CountsOne {
  template <class T>
  std::pair<std::int8_t, std::int64_t> operator()(const T&) const {
    return {0, 1};
  }
};

/// A window over the values of that key, kept up to date by an inverse; its records are without the key.
template <class R, class V, class F, class Inverse>
DStream<V> windowOfOneKey(const std::string& kind, const StreamPtr& keyed, F function, Inverse inverse,
                          Duration window, Duration slide) {
  auto reduced = inverseWindow(kind, DStream<R>(keyed), std::move(function), std::move(inverse), window,
                               slide, hashPartitioner(1), KeepAll{});
  using Reduced = std::pair<std::int8_t, V>;
  return DStream<V>(
      stepStream(kind, reduced.node(), Partitioning::kLost, stepFunction<Reduced, HalfReader>(SecondHalf{})));
}

}  // namespace core

template <class T>
template <class F>
  requires Reducer<F, owned_t<T>>
DStream<owned_t<T>> DStream<T>::reduceByWindow(F function, Duration windowDuration,
                                               Duration slideDuration) const {
  core::KeptRecord<owned_t<T>>();
  core::checkWindow("reduceByWindow", *node_, windowDuration, slideDuration);
  auto reduced = DStream<owned_t<T>>(core::reducedStream<T>("reduceByWindow", node_, function));
  auto window = reduced.window(windowDuration, slideDuration);
  return DStream<owned_t<T>>(
      core::reducedStream<owned_t<T>>("reduceByWindow", window.node(), std::move(function)));
}

template <class T>
template <class F, class Inverse>
  requires Reducer<F, owned_t<T>> && Reducer<Inverse, owned_t<T>>
DStream<owned_t<T>> DStream<T>::reduceByWindow(F function, Inverse inverse, Duration windowDuration,
                                               Duration slideDuration) const {
  core::KeptRecord<owned_t<T>>();
  auto keyed =
      core::stepStream("reduceByWindow", node_, core::Partitioning::kLost, core::mapStep<T>(core::OneKey{}));
  return core::windowOfOneKey<std::pair<std::int8_t, T>, owned_t<T>>(
      "reduceByWindow", keyed, std::move(function), std::move(inverse), windowDuration, slideDuration);
}

template <class T>
DStream<std::int64_t> DStream<T>::countByWindow(Duration windowDuration, Duration slideDuration) const {
  using Seen = std::pair<std::int8_t, std::int64_t>;
  auto seen = core::stepStream("countByWindow", node_, core::Partitioning::kLost,
                               core::mapStep<T>(core::CountsOne{}));
  return core::windowOfOneKey<Seen, std::int64_t>("countByWindow", seen, std::plus<std::int64_t>{},
                                                  std::minus<std::int64_t>{}, windowDuration, slideDuration);
}

}  // namespace millrace
