#pragma once

#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace::core {

/// The results of `body(reader)`, in the order of the partitions; every optional holds one. Each task has its own copy
/// of `body`, and its failures name the action `kind`.
template <class T, class Body>
auto partitionResults(const RDD<T>& rdd, std::string_view kind, const Body& body) {
  using R = std::invoke_result_t<Body&, Reader<T>&>;
  const auto info = rddOperator(kind);
  std::vector<std::optional<R>> parts(static_cast<std::size_t>(rdd.getNumPartitions()));
  rdd.node()->engine().runJob(*rdd.node(), [&](int partition, ReaderPtr untyped) {
    const auto reader = typed<T>(std::move(untyped));
    Body run = body;
    inOperator(info, [&] { parts[static_cast<std::size_t>(partition)].emplace(run(*reader)); });
  });
  return parts;
}

/// fold(acc, record) over all records of the reader; the function gets the record as it is, or owned if it asks for
/// that.
template <class U, class T, class F>
U foldRecords(Reader<T>& reader, U acc, F& fold) {
  for (auto chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
    for (const T& record : chunk) {
      if constexpr (std::is_invocable_v<F&, U, const T&>) {
        acc = std::invoke(fold, std::move(acc), record);
      } else {
        acc = std::invoke(fold, std::move(acc), own(record));
      }
    }
  }
  return acc;
}

/// How many results of partitions one task merges: the `depth`-th root of their number, at least 2. IllegalArgument
/// below depth 1.
int treeScale(std::size_t parts, int depth);

/// Merges neighbours in parallel, level by level, until the rest is about as much as one task merges. (Spark's rule)
template <class U, class F>
std::vector<std::optional<U>> mergeInTree(Engine& engine, std::string_view kind,
                                          std::vector<std::optional<U>> parts, const F& merge, int depth) {
  const auto scale = static_cast<std::size_t>(treeScale(parts.size(), depth));
  const auto info = rddOperator(kind);
  while (parts.size() > scale + (parts.size() + scale - 1) / scale) {
    const std::size_t groups = parts.size() / scale;
    std::vector<int> numbers(groups);
    for (std::size_t g = 0; g < groups; ++g) numbers[g] = static_cast<int>(g);
    std::vector<std::optional<U>> merged(groups);
    engine.runTasksOnce(*info, numbers, [&](int group) {
      const auto g = static_cast<std::size_t>(group);
      F call = merge;
      inOperator(info, [&] {
        std::size_t i = g * parts.size() / groups;
        U acc = std::move(*parts[i]);
        for (++i; i < (g + 1) * parts.size() / groups; ++i)
          acc = std::invoke(call, std::move(acc), std::move(*parts[i]));
        merged[g].emplace(std::move(acc));
      });
    });
    parts = std::move(merged);
  }
  return parts;
}

}  // namespace millrace::core
