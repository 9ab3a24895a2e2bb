#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/held_bytes.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pooled_vector.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/records/text_arena.hpp>
#include <millrace/rdd/core/spill/spill_file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

namespace millrace::core {

/// True if entries of tables and shuffles, of these keys and values, can be written.
template <class K, class V>
inline constexpr bool kCanSpill = kHasCodec<K> && kHasCodec<V>;

/// Writes the key, as tables store it, and the value of an entry.
template <class K, class V>
void writeEntry(ByteWriter& to, const typename KeyForm<K>::Stored& key, const V& value) {
  if constexpr (KeyForm<K>::kNeedsArena) {
    to.varint(key.size());
    to.bytes(key.text());
  } else {
    writeValue(to, key);
  }
  writeValue(to, value);
}

/// Reads the entries of the block that `from` has loaded. Long texts of keys are put into the arena.
template <class K, class V>
PooledVector<std::pair<typename KeyForm<K>::Stored, V>> readEntries(SpillReader& from, TextArena& texts) {
  PooledVector<std::pair<typename KeyForm<K>::Stored, V>> entries;
  entries.reserve(from.records());
  ByteReader& bytes = from.bytes();
  for (std::uint32_t left = from.records(); left > 0; --left) {
    if constexpr (KeyForm<K>::kNeedsArena) {
      auto key = KeyForm<K>::probe(bytes.bytes(bytes.varint()));
      KeyForm<K>::keep(key, texts);
      entries.emplace_back(key, readValue<V>(bytes));
    } else {
      auto key = readValue<K>(bytes);
      entries.emplace_back(std::move(key), readValue<V>(bytes));
    }
  }
  return entries;
}

/// What the key and the value of an entry hold beside the entry itself, but for a text in an arena.
template <class Stored, class V>
std::size_t heldByEntry(const Stored& key, const V& value) {
  return heldBytes(key) + heldBytes(value);
}
template <class Stored, class V>
inline constexpr bool kEntryHoldsMemory = kHoldsMemory<Stored> || kHoldsMemory<V>;

/// What entries of a table or of a file hold beside themselves.
template <class Entries>
std::size_t heldByEntries(const Entries& entries) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : entries) {
    if constexpr (!kEntryHoldsMemory<std::decay_t<decltype(key)>, std::decay_t<decltype(value)>>) break;
    bytes += heldByEntry(key, value);
  }
  return bytes;
}

/// The same, judged by some of them: entries of a table lie in the order of their hashes, so that the first ones are as good as any.
template <class K, class V>
std::size_t heldByEntriesAbout(const Table<K, V>& table) {
  constexpr std::size_t kLooksAt = 1024;
  std::size_t seen = 0, bytes = 0;
  for (const auto& [key, value] : table) {
    if constexpr (!kEntryHoldsMemory<std::decay_t<decltype(key)>, std::decay_t<decltype(value)>>) break;
    bytes += heldByEntry(key, value);
    if (++seen == kLooksAt) break;
  }
  return seen == 0 ? 0 : bytes * table.size() / seen;
}

/// How much the entries of a growing table hold, about. Values may grow at any time, so it looks at all of them, whenever
/// there have been twice as many records as the last time.
class HeldWatch {
 public:
  template <class Table>
  void take(std::size_t records, const Table& table) {
    using Entry = std::decay_t<decltype(*table.begin())>;
    if constexpr (kEntryHoldsMemory<std::decay_t<typename Entry::first_type>,
                                    std::decay_t<typename Entry::second_type>>) {
      records_ += records;
      if (records_ < 2 * seen_) return;
      seen_ = records_;
      held_ = heldByEntries(table);
    }
  }
  std::size_t bytes() const { return seen_ == 0 ? 0 : held_ + held_ / seen_ * (records_ - seen_); }

 private:
  std::size_t records_ = 0, seen_ = 0, held_ = 0;
};

}  // namespace millrace::core
