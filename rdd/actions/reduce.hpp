#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/actions/partition_results.hpp>
#include <millrace/rdd/rdd.hpp>

#include <optional>

namespace millrace {

namespace core {

/// The fold of each partition that has records.
template <class T, class F>
std::vector<std::optional<owned_t<T>>> reducedPartitions(const RDD<T>& rdd, std::string_view kind,
                                                         const F& function) {
  using U = owned_t<T>;
  auto parts = partitionResults(rdd, kind, [call = function](Reader<T>& reader) mutable {
    auto chunk = reader.next();
    if (chunk.empty()) return std::optional<U>();
    U result = own(*chunk.data);
    ++chunk.data;
    --chunk.size;
    do {
      for (const T& record : chunk) result = std::invoke(call, std::move(result), own(record));
      chunk = reader.next();
    } while (!chunk.empty());
    return std::optional<U>(std::move(result));
  });
  std::vector<std::optional<U>> some;
  for (auto& part : parts)
    if (*part) some.push_back(std::move(*part));
  return some;
}

/// Folds the results of the partitions. Unsupported if there are none.
template <class U, class F>
U reduceAll(std::string_view kind, std::vector<std::optional<U>> parts, F& function) {
  if (parts.empty())
    throw Unsupported(std::string(kind) + "() of an empty RDD: it has no first value to begin with");
  U total = std::move(*parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i)
    total = std::invoke(function, std::move(total), std::move(*parts[i]));
  return total;
}

}  // namespace core

template <class T>
template <class F>
  requires Reducer<F, owned_t<T>>
owned_t<T> RDD<T>::reduce(F function) const {
  core::KeptRecord<owned_t<T>>();
  return core::reduceAll("reduce", core::reducedPartitions(*this, "reduce", function), function);
}

template <class T>
template <class F>
  requires Reducer<F, owned_t<T>>
owned_t<T> RDD<T>::treeReduce(F function, int depth) const {
  core::KeptRecord<owned_t<T>>();
  core::treeScale(0, depth);
  auto parts = core::reducedPartitions(*this, "treeReduce", function);
  parts = core::mergeInTree(node_->engine(), "treeReduce", std::move(parts), function, depth);
  return core::reduceAll("treeReduce", std::move(parts), function);
}

}  // namespace millrace
