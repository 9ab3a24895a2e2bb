#pragma once

#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/chunk_bytes.hpp>
#include <millrace/rdd/core/records/pooled_vector.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <memory>
#include <utility>

namespace millrace::core {

/// Received records as a partition.
template <class T>
class RecordBlock final : public Block {
 public:
  explicit RecordBlock(RecordVector<T> records) : records_(std::move(records)) {}

  ReaderPtr open() const override {
    return std::make_unique<StoredReader<T>>(records_.data(), records_.data() + records_.size());
  }
  std::size_t records() const override { return records_.size(); }
  std::size_t bytes() const override { return bytesOf(records_); }

 private:
  RecordVector<T> records_;
};

/// The records of a RecordVector as a block; null if there are none.
template <class Records>
BlockPtr blockOf(Records records) {
  using T = typename Records::value_type;
  return records.empty() ? nullptr : std::make_shared<RecordBlock<T>>(std::move(records));
}

}  // namespace millrace::core
