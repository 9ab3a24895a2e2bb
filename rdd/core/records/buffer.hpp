#pragma once

#include <millrace/rdd/core/records/chunk_bytes.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/records/reader.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// Room for the records of one chunk: allocated once, filled and cleared many times. It is full when it has as many
/// records as it has room for, or so many bytes as make a chunk. Filling past the capacity is not checked.
template <class T>
class Buffer {
 public:
  explicit Buffer(std::size_t capacity)
      : begin_(std::allocator<T>().allocate(mostRecords(capacity))),
        end_(begin_),
        limit_(begin_ + mostRecords(capacity)) {}
  ~Buffer() {
    clear();
    std::allocator<T>().deallocate(begin_, capacity());
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /// Adds what `make()` returns, without a move.
  template <class Make>
  void add(Make&& make) {
    ::new (static_cast<void*>(end_)) T(make());
    if constexpr (!kFitsChunk<T>) bytes_ += sizeof(T) + heldBytes(*end_);
    ++end_;
  }
  /// Takes over the records that the caller has constructed in data(), up to `end`.
  void endAt(T* end) { end_ = end; }
  void clear() {
    if constexpr (!std::is_trivially_destructible_v<T>) std::destroy(begin_, end_);
    end_ = begin_;
    bytes_ = 0;
  }
  /// Has room for `count` records from now on; drops those it holds.
  void reset(std::size_t count) {
    clear();
    if (count <= capacity()) return;
    std::allocator<T>().deallocate(begin_, capacity());
    begin_ = end_ = limit_ = nullptr;
    begin_ = end_ = std::allocator<T>().allocate(count);
    limit_ = begin_ + count;
  }

  bool full() const { return end_ == limit_ || hasChunkOfBytes(); }
  /// The second half of that, for those who have made room for all that they may add.
  bool hasChunkOfBytes() const {
    if constexpr (kFitsChunk<T>) return false;
    return bytes_ >= kChunkBytes;
  }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  std::size_t capacity() const { return static_cast<std::size_t>(limit_ - begin_); }
  T* data() { return begin_; }
  /// Throws Interrupted if this task was cancelled.
  Chunk<T> chunk() const {
    checkInterrupt();
    return {begin_, size(), true};
  }

 private:
  static std::size_t mostRecords(std::size_t capacity) {
    if constexpr (kFitsChunk<T>) return capacity;
    return std::min(capacity, std::max<std::size_t>(1, kChunkBytes / sizeof(T)));
  }

  T* begin_;
  T* end_;
  T* limit_;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::core
