#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/dstream.hpp>

#include <concepts>
#include <utility>

namespace millrace {

namespace core {

/// Calls an output's function with the node of a batch's RDD. If the function has kept the RDD, or one made of it, when
/// it returns or throws, the node is pinned: it gives the same records after the next batch.
void lendNode(const NodePtr& node, FunctionRef<void(NodePtr lent)> function);

}  // namespace core

template <class T>
template <class F>
  requires RDDFn<F, T>
void DStream<T>::foreachRDD(F function) const {
  core::KeptRecord<owned_t<T>>();
  core::addOutput(node_, "foreachRDD",
                  [function = std::move(function)](const core::NodePtr& node, Time time) {
                    core::lendNode(node, [&](core::NodePtr lent) {
                      const RDD<T> rdd(std::move(lent));
                      if constexpr (std::invocable<const F&, const RDD<T>&, Time>) {
                        function(rdd, time);
                      } else {
                        function(rdd);
                      }
                    });
                  });
}

}  // namespace millrace
