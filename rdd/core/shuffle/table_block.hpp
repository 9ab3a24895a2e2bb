#pragma once

#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace millrace::core {

/// The result partition of a keyed shuffle is the table itself. Readers make the user's pairs chunk by chunk.
template <class K, class V>
struct TableBlock final : Block {
  TableBlock() = default;
  explicit TableBlock(Table<K, V> held) : table(std::move(held)) {}
  ReaderPtr open() const override;
  std::size_t records() const override { return table.size(); }
  std::size_t bytes() const override { return table.bytes() + heldByEntries(table); }

  Table<K, V> table;
};

template <class K, class V>
class TableReader final : public Reader<std::pair<K, V>> {
 public:
  explicit TableReader(const Table<K, V>& table) : at_(table.begin()), end_(table.end()), out_(chunkSize()) {}

  Chunk<std::pair<K, V>> next() override {
    out_.clear();
    for (; at_ != end_ && !out_.full(); ++at_) out_.add([&] { return loadPair<K>(at_->first, at_->second); });
    return out_.chunk();
  }

 private:
  typename Table<K, V>::const_iterator at_;
  typename Table<K, V>::const_iterator end_;
  Buffer<std::pair<K, V>> out_;
};

template <class K, class V>
ReaderPtr TableBlock<K, V>::open() const {
  return std::make_unique<TableReader<K, V>>(table);
}

}  // namespace millrace::core
