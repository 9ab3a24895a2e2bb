#pragma once

#include <millrace/base/memory_pool.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/rdd.hpp>

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

namespace millrace {

namespace core {

/// The owned records of some partitions, in the order asked for, at most `most` of each. Tasks collect into pooled
/// memory, whose pages are there already; the result is allocated once, when its size is known.
template <class T>
std::vector<owned_t<T>> collectPartitions(Node& node, const std::vector<int>& partitions, std::size_t most) {
  std::vector<PooledVector<owned_t<T>>> parts(static_cast<std::size_t>(node.partitions()));
  node.engine().runJob(node, partitions, [&](int partition, ReaderPtr untyped) {
    auto reader = typed<T>(std::move(untyped));
    auto& part = parts[static_cast<std::size_t>(partition)];
    part.clear();  // of an attempt that failed
    part.reserve(std::min(node.storedRecords(partition), most));
    while (part.size() < most) {
      Chunk<T> chunk = reader->next();
      if (chunk.empty()) break;
      chunk.size = std::min(chunk.size, most - part.size());
      appendOwned<T>(part, chunk);
    }
  });
  std::size_t records = 0;
  for (const auto& part : parts) records += part.size();
  std::vector<owned_t<T>> all;
  all.reserve(records);
  if constexpr (!std::is_same_v<owned_t<T>, bool>) adviseHugePages(all.data(), records * sizeof(owned_t<T>));
  for (int partition : partitions) {
    auto part = std::exchange(parts[static_cast<std::size_t>(partition)], {});
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  }
  return all;
}

}  // namespace core

template <class T>
std::vector<owned_t<T>> RDD<T>::collect() const {
  core::KeptRecord<owned_t<T>>();
  return core::collectPartitions<T>(*node_, core::allOf(*node_), static_cast<std::size_t>(-1));
}

}  // namespace millrace
