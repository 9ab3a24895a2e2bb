#pragma once

#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/ops/map.hpp>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

namespace core {

/// Numbers records: first, first + step, …
struct Numbering {
  template <class T>
  std::pair<T, std::int64_t> operator()(const T& record) {
    return {record, std::exchange(next, next + step)};
  }

  std::int64_t next;
  std::int64_t step;
};

/// Numbers the records of each partition: first(partition), first(partition) + step, …
template <class T, class First>
NodePtr numberedNode(std::string_view kind, const NodePtr& parent, First first, std::int64_t step) {
  return openedNode(rddOperator(kind), parent, nullptr,
                    [first = std::move(first), step](int partition, const std::vector<NodePtr>& parents,
                                                     const OperatorInfo& info) -> ReaderPtr {
                      return openReader<T, MapReader>(parents[0]->read(partition),
                                                      mapping<T>(Numbering{first(partition), step}), info);
                    });
}

/// For each partition, how many records the ones before it hold. Runs a job if there are several.
std::vector<std::int64_t> recordsBefore(Node& node, std::int64_t (*count)(ReaderPtr));

}  // namespace core

template <class T>
RDD<std::pair<T, std::int64_t>> RDD<T>::zipWithIndex() const {
  auto first = [before = core::recordsBefore(*node_, core::countRecords<T>)](int partition) {
    return before[static_cast<std::size_t>(partition)];
  };
  return RDD<std::pair<T, std::int64_t>>(core::numberedNode<T>("zipWithIndex", node(), std::move(first), 1));
}

template <class T>
RDD<std::pair<T, std::int64_t>> RDD<T>::zipWithUniqueId() const {
  auto first = [](int partition) { return std::int64_t{partition}; };
  return RDD<std::pair<T, std::int64_t>>(
      core::numberedNode<T>("zipWithUniqueId", node(), first, getNumPartitions()));
}

}  // namespace millrace
