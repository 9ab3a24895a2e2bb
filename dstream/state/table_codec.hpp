#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/error.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/shuffle/combine.hpp>

#include <memory>
#include <string>
#include <utility>

namespace millrace::core {

/// Unsupported: states of this type cannot be written.
template <class T>
[[noreturn]] void throwNoCodec() {
  throw Unsupported("a state of type " + nameOf(typeid(T)) +
                    " cannot be written: give the type template <class A> void serialize(A& archive) { "
                    "archive(x, y); } or specialise millrace::Codec");
}

template <class T>
void writeState(ByteWriter& to, const T& value) {
  if constexpr (kHasCodec<T>) {
    Codec<T>::write(to, value);
  } else {
    throwNoCodec<T>();
  }
}
template <class T>
T readState(ByteReader& from) {
  if constexpr (kHasCodec<T>) {
    return Codec<T>::read(from);
  } else {
    throwNoCodec<T>();
  }
}

/// A keyed table as bytes: how many entries, then keys and values by their codecs. Unsupported, naming the type, where one
/// has none.
template <class K, class V>
void writeTable(ByteWriter& to, const Table<K, V>& table) {
  to.varint(table.size());
  for (const auto& [key, value] : table) {
    writeState<K>(to, KeyForm<K>::load(key));
    writeState<V>(to, value);
  }
}

/// Adds the entries that writeTable wrote. BadRecord for other bytes.
template <class K, class V>
void readTable(ByteReader& from, Table<K, V>& table) {
  const std::size_t entries = from.count(2);
  table.reserve(entries);
  for (std::size_t i = 0; i < entries; ++i) {
    K key = readState<K>(from);
    V value = readState<V>(from);
    table.upsert(
        KeyForm<K>::probe(key), [&] { return std::move(value); }, [](V&) {});
  }
}

template <class K, class V>
void writeTableBlock(ByteWriter& to, const BlockPtr& block) {
  writeTable(to, static_cast<const TableBlock<K, V>&>(*block).table);
}
template <class K, class V>
BlockPtr readTableBlock(ByteReader& from) {
  auto block = std::make_shared<TableBlock<K, V>>();
  readTable(from, block->table);
  return block;
}

template <class T>
void writeRecords(ByteWriter& to, const BlockPtr& block) {
  const auto& stored = static_cast<const VectorBlock<T>&>(*block).stored;
  to.varint(stored.size());
  for (const T& record : stored) writeState<T>(to, record);
}
template <class T>
BlockPtr readRecords(ByteReader& from) {
  PooledVector<T> stored;
  for (std::size_t left = from.count(); left > 0; --left) stored.push_back(readState<T>(from));
  return std::make_shared<VectorBlock<T>>(std::move(stored));
}

/// How blocks of states are written and read.
struct BlockCodec {
  void (*write)(ByteWriter& to, const BlockPtr& block) = nullptr;
  BlockPtr (*read)(ByteReader& from) = nullptr;
};
template <class K, class V>
BlockCodec tableCodec() {
  return {writeTableBlock<K, V>, readTableBlock<K, V>};
}
template <class T>
BlockCodec recordsCodec() {
  return {writeRecords<T>, readRecords<T>};
}

}  // namespace millrace::core
