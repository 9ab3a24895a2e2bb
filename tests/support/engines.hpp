#pragma once

#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/rdd.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::test {

/// One way to run a test: into how many partitions its input is cut, on how many threads its tasks run (one: inline,
/// in order), how many records go into a chunk.
struct Shape {
  int partitions = 2;
  int threads = 1;
  std::size_t chunkSize = core::kChunkSize;

  std::string describe() const;
};

/// Few and many of each: 1, 2 and 5 partitions, 1, 2 and 4 threads, chunks of 1, 3 and 1024. A test loops over them.
const std::vector<Shape>& allShapes();

core::EnginePtr makeEngine(const Shape& shape = {});

/// An RDD of these records. With T = std::string_view it shows them as views, as a text source does.
template <class T>
RDD<T> rddOf(const core::EnginePtr& engine, const std::vector<owned_t<T>>& records, int partitions) {
  std::vector<core::BlockPtr> blocks;
  for (int p = 0; p < partitions; ++p) {
    auto begin =
        records.begin() + static_cast<std::ptrdiff_t>(core::sliceBoundary(records.size(), p, partitions));
    auto end =
        records.begin() + static_cast<std::ptrdiff_t>(core::sliceBoundary(records.size(), p + 1, partitions));
    blocks.push_back(std::make_shared<core::VectorBlock<T>>(core::PooledVector<owned_t<T>>(begin, end)));
  }
  return RDD<T>(core::blockNode(engine, core::rddOperator("test input"), std::move(blocks)));
}
template <class T>
RDD<T> rddOf(const Shape& shape, const std::vector<owned_t<T>>& records) {
  return rddOf<T>(makeEngine(shape), records, shape.partitions);
}

/// The records of each partition. (Spark: glom)
template <class T>
std::vector<std::vector<owned_t<T>>> partitionsOf(const RDD<T>& rdd) {
  std::vector<std::vector<owned_t<T>>> partitions(static_cast<std::size_t>(rdd.getNumPartitions()));
  rdd.node()->engine().runJob(*rdd.node(), [&](int partition, core::ReaderPtr untyped) {
    auto reader = core::typed<T>(std::move(untyped));
    auto& records = partitions[static_cast<std::size_t>(partition)];
    for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next())
      core::appendOwned<T>(records, chunk);
  });
  return partitions;
}

}  // namespace millrace::test
