#pragma once

#include <millrace/dstream/core/step_stream.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/ops/own.hpp>

namespace millrace {

template <class T>
template <class U>
  requires(!kIsOwned<U> && std::is_same_v<owned_t<U>, T> && !std::is_same_v<U, T>)
DStream<T>::DStream(const DStream<U>& views)
    : DStream(core::stepStream("own", views.node(), core::Partitioning::kKept, core::ownStep<U>())) {}

}  // namespace millrace
