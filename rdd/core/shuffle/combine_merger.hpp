#pragma once

#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/combine_file.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/table_block.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// The reduce side: merges a key's entries in the order of the map tasks. Entries of a file lie in hash order, so the
/// table is read forward and nothing has to be fetched ahead. The first file with buckets and all after it wait for
/// finish(), which merges bucket by bucket through all of them: each region of the table is then brought into the cache
/// once, not once per file.
template <class P, class C, class Combiner>
class CombineMerger final : public ShuffleMerger {
 public:
  using K = KeyOf<P>;
  using Form = KeyForm<K>;
  using File = CombineFile<K, C>;

  CombineMerger(Combiner combiner, std::atomic<std::size_t>& sizeHint)
      : combiner_(std::move(combiner)), sizeHint_(sizeHint) {}

  void add(int, ShuffleFilePtr base) override {
    std::unique_ptr<File> file(static_cast<File*>(base.release()));
    if (!waiting_.empty() || !file->buckets.empty()) {
      if (file->buckets.empty()) makeBuckets(*file, waiting_.front()->buckets.size());
      waitingBytes_ += file->bytes();
      waiting_.push_back(std::move(file));
      return;
    }
    if (table_.empty()) table_ = std::exchange(file->table, {});
    const std::size_t entries = file->table.size() + file->combined.size();
    makeRoom(entries);
    for (auto&& entry : file->table) merge(entry, Form::hash(entry.first));
    for (auto& entry : file->combined) merge(entry, Form::hash(entry.first));
    held_.take(entries, table_);
  }

  std::size_t bytes() const override { return table_.bytes() + held_.bytes() + waitingBytes_; }

  BlockPtr finish() override {
    mergeWaiting();
    sizeHint_.store(table_.size(), std::memory_order_relaxed);
    return std::make_shared<TableBlock<K, C>>(std::move(table_));
  }

  ShuffleFilePtr asFile() {
    mergeWaiting();
    auto file = std::make_unique<File>();
    file->table = std::move(table_);
    return file;
  }

 private:
  static void makeBuckets(File& file, std::size_t count) {
    file.buckets.resize(count);
    const auto put = [&](const auto& key, C& value) {
      file.buckets[bucketOf(Form::hash(key), count)].emplace_back(key, std::move(value));
    };
    for (auto&& [key, value] : file.table) put(key, value);
    for (auto& [key, value] : file.combined) put(key, value);
    file.combined = {};
  }

  /// Merges bucket by bucket only if the last result says how large this one will be. A table that still grew would
  /// have all of its entries in a few regions, and room for all entries of the files would be far too much where keys
  /// repeat.
  void mergeWaiting() {
    if (waiting_.empty()) return;
    std::size_t largest = 0;
    for (const auto& file : waiting_) largest = std::max(largest, entriesIn(*file));
    if (const std::size_t hint = hintFor(largest)) {
      table_.reserve(hint);
      const std::size_t buckets = waiting_.front()->buckets.size();
      for (std::size_t b = 0; b < buckets; ++b) {
        for (const auto& file : waiting_) mergeBucket(file->buckets[b]);
      }
    } else {
      for (auto& file : waiting_) {
        makeRoom(entriesIn(*file));
        for (auto& bucket : file->buckets) mergeBucket(bucket);
      }
    }
    waiting_.clear();
    waitingBytes_ = 0;
  }

  static std::size_t entriesIn(const File& file) {
    std::size_t entries = 0;
    for (const auto& bucket : file.buckets) entries += bucket.size();
    return entries;
  }

  void mergeBucket(typename File::Entries& bucket) {
    table_.visitAhead(bucket, [&](auto& entry, const auto&, const Hint& hint) { merge(entry, hint); });
    bucket = {};
  }

  /// Makes room before a file is merged: its entries come region by region, and would crowd a table that still had to
  /// grow.
  void makeRoom(std::size_t entries) {
    const std::size_t most = table_.size() + entries;
    const std::size_t hint = hintFor(most);
    table_.reserve(hint != 0 ? hint : most);
  }
  /// The size of the last result if this one, of so many entries before merging, is likely to be as large; else 0.
  std::size_t hintFor(std::size_t entries) const {
    const std::size_t hint = sizeHint_.load(std::memory_order_relaxed);
    return hint >= entries / 2 ? hint : 0;
  }
  template <class Entry, class Known>
  void merge(Entry& entry, const Known& known) {
    table_.upsert(
        entry.first, known, [&] { return std::move(entry.second); },
        [&](C& into) { combiner_.mergeCombiners(into, std::move(entry.second)); });
  }

  Combiner combiner_;
  std::atomic<std::size_t>& sizeHint_;
  Table<K, C> table_;
  HeldWatch held_;
  std::vector<std::unique_ptr<File>> waiting_;
  std::size_t waitingBytes_ = 0;
};

}  // namespace millrace::core
