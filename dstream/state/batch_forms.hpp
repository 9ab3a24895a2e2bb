#pragma once

#include <millrace/base/error.hpp>
#include <millrace/base/owned.hpp>
#include <millrace/dstream/core/batch_form.hpp>
#include <millrace/dstream/state/entry_codec.hpp>
#include <millrace/rdd/core/graph/partitioner.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>
#include <millrace/rdd/core/shuffle/table_block.hpp>
#include <millrace/rdd/core/store/stored_form_of.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace::core {

/// Batches of any records, which come back in the partitions that they had.
template <class T>
class RecordBatches final : public BatchForm {
 public:
  using Owned = owned_t<T>;

  std::string recordType() const override { return nameOf(typeid(Owned)); }
  void requireCodec() const override {
    if constexpr (!kHasCodec<Owned>) throwNoCodec<Owned>();
  }
  BlockPtr store(Node& batch, int partition) const override {
    VectorBuilder<T> records;
    const ReaderPtr reader = batch.read(partition);
    while (records.take(*reader)) continue;
    return records.finish();
  }
  void write(ByteWriter& to, const Block& block) const override {
    const auto& stored = static_cast<const VectorBlock<T>&>(block).stored;
    to.varint(stored.size());
    for (const Owned& record : stored) writeState<Owned>(to, record);
  }
  void read(ByteReader& from, std::size_t partition,
            std::vector<std::shared_ptr<Block>>& blocks) const override {
    PooledVector<Owned> stored;
    for (std::size_t left = from.count(); left > 0; --left) stored.push_back(readState<Owned>(from));
    requireRead(from);
    while (blocks.size() <= partition)
      blocks.push_back(std::make_shared<VectorBlock<T>>(PooledVector<Owned>()));
    blocks[partition] = std::make_shared<VectorBlock<T>>(std::move(stored));
  }
};

/// Batches whose partitions are tables, of one key each entry. They come back in as many partitions as there are now.
template <class K, class V>
class TableBatches final : public BatchForm {
 public:
  explicit TableBatches(const PartitionerPtr& partitioner)
      : partitions_(partitioner->partitions()), router_(partitioner) {}

  std::string recordType() const override { return nameOf(typeid(K)) + " to " + nameOf(typeid(V)); }
  void requireCodec() const override {
    if constexpr (!kHasCodec<K>) throwNoCodec<K>();
    if constexpr (!kHasCodec<V>) throwNoCodec<V>();
  }
  BlockPtr store(Node& batch, int partition) const override { return batch.block(partition); }
  void write(ByteWriter& to, const Block& block) const override {
    const auto& table = static_cast<const TableBlock<K, V>&>(block).table;
    to.varint(table.size());
    for (const auto& [key, value] : table) {
      writeState<K>(to, KeyForm<K>::load(key));
      writeState<V>(to, value);
    }
  }
  void read(ByteReader& from, std::size_t, std::vector<std::shared_ptr<Block>>& blocks) const override {
    while (static_cast<int>(blocks.size()) < partitions_)
      blocks.push_back(std::make_shared<TableBlock<K, V>>());
    for (std::size_t left = from.count(2); left > 0; --left) {
      const K key = readState<K>(from);
      const auto& probe = KeyForm<K>::probe(key);
      auto& block = static_cast<TableBlock<K, V>&>(*blocks[router_(probe, partitions_)]);
      block.table.upsert(
          probe, [&] { return readState<V>(from); }, [](V&) {});
    }
    requireRead(from);
  }

 private:
  const int partitions_;
  const Router<K> router_;
};

}  // namespace millrace::core
