#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/engine.hpp>
#include <millrace/rdd/rdd.hpp>

#include <functional>
#include <optional>

namespace millrace {

template <class T>
template <class F>
  requires Reducer<F, owned_t<T>>
owned_t<T> RDD<T>::reduce(F function) const {
  std::vector<std::optional<owned_t<T>>> parts(static_cast<std::size_t>(node_->partitions()));
  auto info = core::rddOperator("reduce");
  node_->engine().runJob(*node_, [&](int partition, core::ReaderPtr untyped) {
    auto reader = core::typed<T>(std::move(untyped));
    F fold = function;
    auto& result = parts[static_cast<std::size_t>(partition)];
    core::inOperator(info, [&] {
      for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next()) {
        for (const T& record : chunk) {
          if (result) {
            *result = std::invoke(fold, std::move(*result), own(record));
          } else {
            result.emplace(own(record));
          }
        }
      }
    });
  });
  std::optional<owned_t<T>> total;
  for (auto& part : parts) {
    if (!part) continue;
    if (total) {
      *total = std::invoke(function, std::move(*total), *part);
    } else {
      total = std::move(part);
    }
  }
  if (!total) throw Unsupported("reduce() of an empty RDD: it has no first value to begin with");
  return std::move(*total);
}

}  // namespace millrace
