#pragma once

#include <millrace/base/memory_pool.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/records/text_arena.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// What a map task wrote for one partition: the table itself if that is the only partition, else entries in hash order.
/// Where combining did not pay, entries in buckets, by the hash bits by which tables place theirs, so that merging a
/// bucket touches one region of the table only. Entries of one key stand in the order of its records. Long keys lie in
/// an arena that the files of the task share.
template <class K, class V>
struct CombineFile final : ShuffleFile {
  using Stored = typename KeyForm<K>::Stored;
  using Entries = std::vector<std::pair<Stored, V>, PoolAllocator<std::pair<Stored, V>>>;

  std::size_t bytes() const override {
    std::size_t bytes = table.bytes() + heldByEntries(table) + sizeOf(combined);
    for (const Entries& bucket : buckets) bytes += sizeOf(bucket);
    if (texts) bytes += texts->bytes() / static_cast<std::size_t>(texts.use_count());
    return bytes;
  }
  /// Calls `visit(key, value)` for each entry; the value may be moved from.
  template <class Visit>
  void each(Visit visit) {
    for (auto&& [key, value] : table) visit(key, value);
    for (auto& [key, value] : combined) visit(key, value);
    for (Entries& bucket : buckets) {
      for (auto& [key, value] : bucket) visit(key, value);
    }
  }

  Table<K, V> table;
  Entries combined;
  std::vector<Entries> buckets;
  std::shared_ptr<TextArena> texts;

 private:
  static std::size_t sizeOf(const Entries& entries) {
    return entries.capacity() * sizeof(entries[0]) + heldByEntries(entries);
  }
};

/// Which of so many buckets a hash belongs to.
inline std::size_t bucketOf(std::uint64_t hash, std::size_t buckets) { return (hash >> 32) * buckets >> 32; }

}  // namespace millrace::core
