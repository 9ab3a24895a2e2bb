#include <millrace/rdd/core/records/chunk_size.hpp>

#include <utility>

namespace millrace::core {

namespace {

thread_local std::size_t currentChunkSize = kChunkSize;

}  // namespace

std::size_t chunkSize() { return currentChunkSize; }

ChunkSizeScope::ChunkSizeScope(std::size_t size) : outer_(std::exchange(currentChunkSize, size)) {}

ChunkSizeScope::~ChunkSizeScope() { currentChunkSize = outer_; }

}  // namespace millrace::core
