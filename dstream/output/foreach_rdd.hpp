#pragma once

#include <millrace/dstream/dstream.hpp>

namespace millrace {

namespace core {

/// Runs an output's function on the RDD of a batch. If the function keeps the RDD, or one made of it, what the RDD
/// shows is pinned, so that it still shows the same after the next batch; also if the function fails.
template <class T, class F>
void callWithRdd(const F& function, const NodePtr& node, Time time) {
  const auto lent = std::make_shared<NodePtr>(node);  // counts the function's handles, and no others
  const auto pinIfKept = [&] {
    if (lent.use_count() > 1) node->pin();
  };
  try {
    RDD<T> rdd(NodePtr(lent, node.get()));
    if constexpr (std::invocable<const F&, const RDD<T>&, Time>) {
      function(rdd, time);
    } else {
      function(rdd);
    }
  } catch (...) {
    pinIfKept();
    throw;
  }
  pinIfKept();
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
