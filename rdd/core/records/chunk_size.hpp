#pragma once

#include <cstddef>

namespace millrace::core {

/// Most records in one chunk. One virtual call per chunk costs nothing from 16 records on; larger chunks leave the
/// first-level cache.
inline constexpr std::size_t kChunkSize = 1024;

/// Records per chunk on this thread; kChunkSize, unless a test made it smaller.
std::size_t chunkSize();

/// Makes chunks smaller on this thread until the end of the scope, so that tests meet every boundary.
class ChunkSizeScope {
 public:
  explicit ChunkSizeScope(std::size_t size);
  ~ChunkSizeScope();
  ChunkSizeScope(const ChunkSizeScope&) = delete;
  ChunkSizeScope& operator=(const ChunkSizeScope&) = delete;

 private:
  std::size_t outer_;
};

}  // namespace millrace::core
