#pragma once

#include <millrace/dstream/dstream.hpp>

namespace millrace {

namespace core {

/// Runs an output's function on the RDD of a batch. If the function keeps the RDD, or one made of it, what the RDD
/// shows is pinned, so that it still shows the same after the next batch.
template <class T, class F>
void callWithRdd(const F& function, const NodePtr& node, Time time) {
  long users = node.use_count();
  {
    RDD<T> rdd(node);
    if constexpr (std::invocable<const F&, const RDD<T>&, Time>) {
      function(rdd, time);
    } else {
      function(rdd);
    }
  }
  if (node.use_count() > users) node->pin();
}

}  // namespace core

template <class T>
template <class F>
  requires RDDFn<F, T>
void DStream<T>::foreachRDD(F function) const {
  core::addOutput(node_, "foreachRDD", [function = std::move(function)](const core::NodePtr& rdd, Time time) {
    core::callWithRdd<T>(function, rdd, time);
  });
}

}  // namespace millrace
