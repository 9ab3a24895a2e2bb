#pragma once

#include <millrace/rdd/core/engine.hpp>
#include <millrace/rdd/core/vector_block.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace {

namespace core {

/// The owned records of some partitions, in the order asked for, at most `most` of each.
template <class T>
std::vector<owned_t<T>> collectPartitions(Node& node, const std::vector<int>& partitions, std::size_t most) {
  std::vector<std::vector<owned_t<T>>> parts(static_cast<std::size_t>(node.partitions()));
  node.engine().runJob(node, partitions, [&](int partition, ReaderPtr untyped) {
    auto reader = typed<T>(std::move(untyped));
    auto& part = parts[static_cast<std::size_t>(partition)];
    while (part.size() < most) {
      Chunk<T> chunk = reader->next();
      if (chunk.empty()) break;
      chunk.size = std::min(chunk.size, most - part.size());
      appendOwned<T>(part, chunk);
    }
  });
  std::vector<owned_t<T>> all;
  for (int partition : partitions) {
    auto& part = parts[static_cast<std::size_t>(partition)];
    if (all.empty()) {
      all = std::move(part);
    } else {
      all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
  }
  return all;
}

}  // namespace core

template <class T>
std::vector<owned_t<T>> RDD<T>::collect() const {
  return core::collectPartitions<T>(*node_, core::allOf(*node_), static_cast<std::size_t>(-1));
}

}  // namespace millrace
