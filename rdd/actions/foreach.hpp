#pragma once

#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/rdd.hpp>

#include <functional>

namespace millrace {

template <class T>
template <class F>
  requires ElementFn<F, T>
void RDD<T>::foreach (F function) const {
  auto info = core::rddOperator("foreach");
  node_->engine().runJob(*node_, [&](int, core::ReaderPtr untyped) {
    auto reader = core::typed<T>(std::move(untyped));
    F call = function;
    core::Arguments<core::Argument<F, T>, T> arguments;
    core::inOperator(info, [&] {
      for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next()) {
        const auto* argument = arguments.of(chunk);
        for (std::size_t i = 0; i < chunk.size; ++i) std::invoke(call, argument[i]);
      }
    });
  });
}

template <class T>
template <class F>
  requires PartitionFn<F, T>
void RDD<T>::foreachPartition(F function) const {
  auto info = core::rddOperator("foreachPartition");
  node_->engine().runJob(*node_, [&](int, core::ReaderPtr untyped) {
    auto reader = core::typed<T>(std::move(untyped));
    F call = function;
    PartitionRecords<T> records(*reader);
    core::inOperator(info, [&] { std::invoke(call, records); });
  });
}

}  // namespace millrace
