#pragma once

#include <millrace/base/held_bytes.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>

#include <algorithm>
#include <cstddef>

namespace millrace::core {

/// A chunk ends with the record that brings it to so many bytes, what its records hold included: a thousand numbers are
/// little, a thousand pictures are not.
inline constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

/// True for records so small that chunks of them end by number alone.
template <class T>
inline constexpr bool kFitsChunk = !kHoldsMemory<T> && sizeof(T) * kChunkSize <= kChunkBytes;

/// How many of these records, of which `left` are there, make the next chunk.
template <class T>
std::size_t chunkOf(const T* records, std::size_t left) {
  const std::size_t most = std::min(chunkSize(), left);
  if constexpr (kFitsChunk<T>) {
    return most;
  } else {
    std::size_t size = 0;
    for (std::size_t bytes = 0; size < most && bytes < kChunkBytes; ++size)
      bytes += sizeof(T) + heldBytes(records[size]);
    return size;
  }
}

/// The memory of stored records, with what they hold. `Records` is a RecordVector.
template <class Records>
std::size_t bytesOf(const Records& records) {
  using T = typename Records::value_type;
  std::size_t bytes = records.capacity() * sizeof(T);
  if constexpr (kHoldsMemory<T>) {
    for (const T& record : records) bytes += heldBytes(record);
  }
  return bytes;
}

}  // namespace millrace::core
