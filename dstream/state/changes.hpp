#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/dstream/state/entry_codec.hpp>
#include <millrace/io/store/state_delta.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pooled_vector.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/records/text_arena.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace millrace::core {

/// Copies of the entries of a table that have changed: nothing stands for one that is gone.
template <class K, class V>
class TableDelta final : public StateDelta {
 public:
  using Entries = Table<K, std::optional<V>>;

  TableDelta(Entries entries, bool isWhole) : entries_(std::move(entries)), isWhole_(isWhole) {}

  void writeTo(DeltaSink& sink) const override {
    ByteWriter keyBytes, valueBytes;
    for (const auto& [key, value] : entries_) {
      keyBytes.clear();
      writeState<K>(keyBytes, KeyForm<K>::load(key));
      if (value) {
        valueBytes.clear();
        writeState<V>(valueBytes, *value);
        sink.put(keyBytes.written(), valueBytes.written());
      } else {
        sink.remove(keyBytes.written());
      }
    }
  }
  std::size_t changes() const override { return entries_.size(); }
  bool isWhole() const override { return isWhole_; }

 private:
  const Entries entries_;
  const bool isWhole_;
};

/// Which keys of a table have changed since they were last taken. Nothing is recorded before they are taken for the first
/// time, which gives the whole table: so a program that is never cut pays for the question only.
template <class K, class V>
class Changes {
 public:
  using Stored = typename KeyForm<K>::Stored;

  bool areRecorded() const { return areRecorded_; }
  /// The key has another value than before, or none any more. Small where nothing is recorded: it is called in hot loops.
  void note(const Stored& key) {
    if (areRecorded_) [[unlikely]]
      add(key);
  }
  /// What has changed, as it is now; null if nothing has.
  StateDeltaPtr take(const Table<K, V>& table) {
    if (areRecorded_ && keys_.empty()) return nullptr;
    typename TableDelta<K, V>::Entries entries;
    const bool isWhole = !areRecorded_;
    if (isWhole) {
      entries.reserve(table.size());
      for (const auto& [key, value] : table) copy(entries, key, &value);
    } else {
      entries.reserve(keys_.size());
      for (const Stored& key : keys_) copy(entries, key, table.find(key));
    }
    clear();
    areRecorded_ = true;
    return std::make_shared<TableDelta<K, V>>(std::move(entries), isWhole);
  }

 private:
  static void copy(typename TableDelta<K, V>::Entries& entries, const Stored& key, const V* value) {
    entries.upsert(
        key, [&] { return value == nullptr ? std::optional<V>() : std::optional<V>(*value); },
        [](std::optional<V>&) {});
  }

  [[gnu::noinline]] void add(const Stored& key) {
    if (keys_.size() >= most_) dropRepeats();
    keys_.push_back(key);
    KeyForm<K>::keep(keys_.back(), texts_);
  }
  void clear() {
    keys_ = {};
    texts_ = {};
    most_ = kMostAtFirst;
  }
  /// Keys that change again and again are in the list as often; so it is shortened whenever it has doubled.
  void dropRepeats() {
    Table<K, char> once;
    once.reserve(keys_.size());
    for (const Stored& key : keys_)
      once.upsert(
          key, [] { return char(); }, [](char&) {});
    clear();
    most_ = std::max(most_, 2 * once.size());
    for (const auto& [key, unused] : once) add(key);
  }

  static constexpr std::size_t kMostAtFirst = std::size_t{1} << 16;

  bool areRecorded_ = false;
  PooledVector<Stored> keys_;
  TextArena texts_;
  std::size_t most_ = kMostAtFirst;
};

}  // namespace millrace::core
