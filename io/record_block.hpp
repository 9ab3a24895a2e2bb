#pragma once

#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/chunk_bytes.hpp>
#include <millrace/rdd/core/records/pooled_vector.hpp>

#include <memory>
#include <utility>

namespace millrace::core {

/// Received records as a partition.
template <class T>
class RecordBlock final : public Block {
 public:
  explicit RecordBlock(RecordVector<T> records) : records_(std::move(records)) {}

  ReaderPtr open() const override { return std::make_unique<RecordReader>(records_); }
  std::size_t records() const override { return records_.size(); }
  std::size_t bytes() const override { return bytesOf(records_); }

 private:
  class RecordReader final : public Reader<T> {
   public:
    explicit RecordReader(const RecordVector<T>& records) : next_(records.data()), left_(records.size()) {}
    Chunk<T> next() override {
      std::size_t size = chunkOf(next_, left_);
      Chunk<T> chunk{next_, size, false};
      next_ += size;
      left_ -= size;
      return chunk;
    }

   private:
    const T* next_;
    std::size_t left_;
  };

  RecordVector<T> records_;
};

/// The records of a RecordVector as a block; null if there are none.
template <class Records>
BlockPtr blockOf(Records records) {
  using T = typename Records::value_type;
  return records.empty() ? nullptr : std::make_shared<RecordBlock<T>>(std::move(records));
}

}  // namespace millrace::core
