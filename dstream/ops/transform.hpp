#pragma once

#include <millrace/dstream/core/combined_stream.hpp>
#include <millrace/dstream/dstream.hpp>

namespace millrace {

namespace core {

template <class F, class... Rdds>
auto callTransform(const F& function, Time time, const Rdds&... rdds) {
  if constexpr (std::invocable<const F&, const Rdds&...>) {
    return std::invoke(function, rdds...).node();
  } else {
    return std::invoke(function, rdds..., time).node();
  }
}

}  // namespace core

template <class T>
template <class F>
  requires TransformFn<F, const RDD<T>&>
DStream<TransformResult<F, const RDD<T>&>> DStream<T>::transform(F function) const {
  core::KeptRecord<owned_t<T>>();
  auto apply = [function = std::move(function)](const core::OperatorPtr&, std::vector<core::NodePtr> rdds,
                                                Time time) {
    return core::callTransform(function, time, RDD<T>(rdds[0]));
  };
  return DStream<TransformResult<F, const RDD<T>&>>(
      core::transformedStream("transform", {node_}, std::move(apply)));
}

template <class T>
template <class U, class F>
  requires TransformFn<F, const RDD<T>&, const RDD<U>&>
DStream<TransformResult<F, const RDD<T>&, const RDD<U>&>> DStream<T>::transformWith(const DStream<U>& other,
                                                                                    F function) const {
  core::KeptRecord<owned_t<T>>();
  core::KeptRecord<owned_t<U>>();
  auto apply = [function = std::move(function)](const core::OperatorPtr&, std::vector<core::NodePtr> rdds,
                                                Time time) {
    return core::callTransform(function, time, RDD<T>(rdds[0]), RDD<U>(rdds[1]));
  };
  return DStream<TransformResult<F, const RDD<T>&, const RDD<U>&>>(
      core::transformedStream("transformWith", {node_, other.node()}, std::move(apply)));
}

}  // namespace millrace
