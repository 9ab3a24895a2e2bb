#pragma once

#include <millrace/base/in_place.hpp>
#include <millrace/base/kept_record.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_bytes.hpp>
#include <millrace/rdd/core/records/pooled_vector.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// Adds a record in owned form, by moving it if nobody else will read it.
template <class T, class Vector>
void appendOwned(Vector& to, const T& record, bool movable) {
  if constexpr (kIsOwned<T>) {
    if (movable) {
      to.push_back(std::move(const_cast<T&>(record)));
      return;
    }
  }
  to.emplace_back(inPlace([&]() -> decltype(auto) { return own(record); }));
}

/// Adds the records of a chunk in owned form, moving their insides out where nobody else will read them.
template <class T, class Vector>
void appendOwned(Vector& to, const Chunk<T>& chunk) {
  if constexpr (kIsOwned<T>) {
    if (chunk.movable) {
      T* records = const_cast<T*>(chunk.data);
      to.insert(to.end(), std::make_move_iterator(records), std::make_move_iterator(records + chunk.size));
    } else {
      to.insert(to.end(), chunk.begin(), chunk.end());
    }
  } else {
    for (const T& record : chunk) appendOwned<T>(to, record, false);
  }
}

/// Gives stored records chunk by chunk. For a T that borrows, it gives views of the stored, owned records.
template <class T>
class StoredReader final : public Reader<T> {
 public:
  StoredReader(const owned_t<T>* begin, const owned_t<T>* end)
      : at_(begin), end_(end), out_(kIsOwned<T> ? 0 : chunkSize()) {}

  Chunk<T> next() override {
    std::size_t size = chunkOf(at_, static_cast<std::size_t>(end_ - at_));
    const owned_t<T>* begin = std::exchange(at_, at_ + size);
    giveRecords(size);
    if constexpr (kIsOwned<T>) {
      return {begin, size, false};
    } else {
      out_.clear();
      for (std::size_t i = 0; i < size; ++i) out_.add([&] { return showOwned<T>(begin[i]); });
      return out_.chunk();
    }
  }

 private:
  const owned_t<T>* at_;
  const owned_t<T>* end_;
  Buffer<T> out_;
};

/// Stored records of any type, in order.
template <class T>
struct VectorBlock final : Block {
  explicit VectorBlock(PooledVector<owned_t<T>> held) : stored(std::move(held)) {}
  ReaderPtr open() const override {
    return std::make_unique<StoredReader<T>>(stored.data(), stored.data() + stored.size());
  }
  std::size_t records() const override { return stored.size(); }
  std::size_t bytes() const override { return bytesOf(stored); }

  PooledVector<owned_t<T>> stored;
};

}  // namespace millrace::core
