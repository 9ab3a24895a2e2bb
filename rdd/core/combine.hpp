#pragma once

#include <millrace/rdd/core/buffer.hpp>
#include <millrace/rdd/core/pair.hpp>
#include <millrace/rdd/core/routing.hpp>
#include <millrace/rdd/core/shuffle.hpp>
#include <millrace/rdd/core/table.hpp>
#include <millrace/rdd/core/task.hpp>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// The result partition of a keyed shuffle is the table itself. Readers make the user's pairs chunk by chunk.
template <class K, class V>
struct TableBlock final : Block {
  TableBlock() = default;
  explicit TableBlock(Table<K, V> held) : table(std::move(held)) {}
  ReaderPtr open() const override;
  std::size_t records() const override { return table.size(); }
  std::size_t bytes() const override { return table.bytes(); }

  Table<K, V> table;
};

template <class K, class V>
class TableReader final : public Reader<std::pair<K, V>> {
 public:
  explicit TableReader(const Table<K, V>& table) : at_(table.begin()), end_(table.end()), out_(chunkSize()) {}

  Chunk<std::pair<K, V>> next() override {
    out_.clear();
    for (; at_ != end_ && !out_.full(); ++at_)
      out_.add([&] { return std::pair<K, V>(KeyForm<K>::load(at_->first), at_->second); });
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

/// Decides when a map task's combining no longer pays. The total ratio misleads (a stream may begin with few keys), so
/// it looks at the last records only.
class CombineWatch {
 public:
  /// Told after each chunk how many entries the table has; true once combining should end.
  bool shouldStop(std::size_t records, std::size_t entries) {
    if (entries < kLargestCheapTable) return false;
    seen_ += records;
    if (start_ == 0) start_ = entries;
    if (seen_ < kWindow) return false;
    bool mostlyNew = entries - start_ > seen_ / 2;
    seen_ = 0;
    start_ = entries;
    return mostlyNew;
  }

 private:
  static constexpr std::size_t kLargestCheapTable = std::size_t{64} << 10;
  static constexpr std::size_t kWindow = std::size_t{16} << 10;
  std::size_t seen_ = 0;
  std::size_t start_ = 0;
};

/// What a map task wrote for one partition: entries combined so far, in hash order, then records that were not
/// combined, bucketed by the bits by which tables place their entries, so that merging bucket after bucket stays in one
/// region of the table. Long keys lie in an arena that the files of the task share.
template <class K, class V>
struct CombineFile final : ShuffleFile {
  using Stored = typename KeyForm<K>::Stored;
  using Entries = std::vector<std::pair<Stored, V>, PoolAllocator<std::pair<Stored, V>>>;

  Table<K, V> table;
  Entries combined;
  std::vector<Entries> raw;
  std::shared_ptr<TextArena> texts;
  std::shared_ptr<TextArena> rawTexts;
};

/// The map side: combines while that pays, buckets raw records afterwards.
template <class P, class C, class Combiner>
class CombineWriter final : public ShuffleWriter {
 public:
  using K = KeyOf<P>;
  using Form = KeyForm<K>;
  using File = CombineFile<K, C>;

  CombineWriter(Combiner combiner, Router<K> router, int outputs, std::atomic<std::size_t>& sizeHint)
      : combiner_(std::move(combiner)), router_(std::move(router)), outputs_(outputs), sizeHint_(sizeHint) {
    table_.reserve(sizeHint_.load(std::memory_order_relaxed));
  }

  void drain(ReaderBase& input) override {
    auto& reader = static_cast<Reader<P>&>(input);
    while (raw_.empty()) {
      Chunk<P> chunk = reader.next();
      if (chunk.empty()) return;
      combine(chunk);
      if (!kCreatesOnce && watch_.shouldStop(chunk.size, table_.size())) beginRaw();
    }
    for (Chunk<P> chunk = reader.next(); !chunk.empty(); chunk = reader.next()) bucket(chunk);
  }

  std::vector<ShuffleFilePtr> finish() override {
    sizeHint_.store(table_.size(), std::memory_order_relaxed);
    files_.resize(static_cast<std::size_t>(outputs_));
    if (outputs_ > 1) {
      spread();
    } else if (!table_.empty()) {
      fileOf(0).table = std::move(table_);
    }
    for (std::size_t bucket = 0; bucket < raw_.size(); ++bucket) {
      if (!raw_[bucket].empty()) fileOf(bucket / bucketsPerOutput()).raw.push_back(std::move(raw_[bucket]));
    }
    auto texts = std::make_shared<TextArena>(std::move(texts_));
    for (auto& file : files_) {
      if (file) file->rawTexts = texts;
    }
    return {std::make_move_iterator(files_.begin()), std::make_move_iterator(files_.end())};
  }

 private:
  static constexpr std::size_t kLeastBuckets = 16;
  static constexpr bool kCreatesOnce = requires { Combiner::kCreatesOnce; };

  void combine(const Chunk<P>& chunk) {
    for (const P& record : chunk) {
      table_.upsert(
          Form::probe(record.first), [&] { return combiner_.create(own(record.second)); },
          [&](C& value) { combiner_.mergeValue(value, own(record.second)); });
    }
  }

  void spread() {
    auto texts = std::make_shared<TextArena>();
    for (auto& [key, value] : table_) {
      File& file = fileOf(outputOf(Form::hash(key), key));
      if (!file.texts) {
        file.texts = texts;
        file.combined.reserve(table_.size() / files_.size() * 9 / 8 + 8);
      }
      file.combined.emplace_back(key, std::move(value));
    }
    *texts = table_.takeTexts();
  }

  /// Partitions that get nothing have no file: most of those of a small batch.
  File& fileOf(std::size_t output) {
    if (!files_[output]) files_[output] = std::make_unique<File>();
    return *files_[output];
  }

  void beginRaw() { raw_.resize(static_cast<std::size_t>(outputs_) * bucketsPerOutput()); }

  void bucket(const Chunk<P>& chunk) {
    for (const P& record : chunk) {
      typename Form::Stored key = Form::probe(record.first);
      Form::keep(key, texts_);
      std::uint64_t hash = Form::hash(key);
      std::size_t region = (hash >> 32) * bucketsPerOutput() >> 32;
      auto& entries = raw_[outputOf(hash, key) * bucketsPerOutput() + region];
      entries.emplace_back(std::move(key), combiner_.create(own(record.second)));
    }
  }

  std::size_t outputOf(std::uint64_t hash, const typename Form::Stored& key) const {
    return router_(hash, key, outputs_);
  }
  std::size_t bucketsPerOutput() const {
    return std::max<std::size_t>(1, kLeastBuckets / static_cast<std::size_t>(outputs_));
  }

  Combiner combiner_;
  Router<K> router_;
  int outputs_;
  std::atomic<std::size_t>& sizeHint_;
  Table<K, C> table_;
  CombineWatch watch_;
  std::vector<typename File::Entries> raw_;
  TextArena texts_;
  std::vector<std::unique_ptr<File>> files_;
};

/// The reduce side: merges files in the order of the map tasks, entries in hash order.
template <class P, class C, class Combiner>
class CombineMerger final : public ShuffleMerger {
 public:
  using K = KeyOf<P>;
  using File = CombineFile<K, C>;

  CombineMerger(Combiner combiner, std::atomic<std::size_t>& sizeHint)
      : combiner_(std::move(combiner)), sizeHint_(sizeHint) {}

  void add(int, ShuffleFilePtr base) override {
    auto& file = static_cast<File&>(*base);
    if (table_.empty()) table_ = std::exchange(file.table, {});
    makeRoom(file);
    for (auto& [key, value] : file.table) merge(key, value);
    for (auto& [key, value] : file.combined) merge(key, value);
    for (auto& bucket : file.raw) {
      for (auto& [key, value] : bucket) merge(key, value);
    }
  }

  BlockPtr finish() override {
    sizeHint_.store(table_.size(), std::memory_order_relaxed);
    return std::make_shared<TableBlock<K, C>>(std::move(table_));
  }

 private:
  /// Entries come region by region of the table: if it still had to grow, the regions would be crowded.
  void makeRoom(const File& file) {
    std::size_t most = table_.size() + file.table.size() + file.combined.size();
    for (const auto& bucket : file.raw) most += bucket.size();
    std::size_t hint = sizeHint_.load(std::memory_order_relaxed);
    table_.reserve(hint >= most / 2 ? hint : most);
  }
  void merge(const typename KeyForm<K>::Stored& key, C& value) {
    table_.upsert(
        key, [&] { return std::move(value); },
        [&](C& into) { combiner_.mergeCombiners(into, std::move(value)); });
  }

  Combiner combiner_;
  std::atomic<std::size_t>& sizeHint_;
  Table<K, C> table_;
};

/// The shuffle of combineByKey and all that is made of it. `Combiner` has `C create(const V&)`, `void mergeValue(C&,
/// const V&)` and `void mergeCombiners(C&, C&&)`; each task has a copy. One that has a member `kCreatesOnce` needs `create`
/// to be called once per key and map task, so it combines even where that does not pay. The spec remembers the sizes of
/// its last tables, so that the next batch's begin with the right room.
template <class P, class C, class Combiner>
class CombineSpec final : public ShuffleSpec {
 public:
  explicit CombineSpec(Combiner combiner, PartitionerPtr partitioner = nullptr)
      : combiner_(std::move(combiner)), router_(std::move(partitioner)) {}
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override {
    return std::make_unique<CombineWriter<P, C, Combiner>>(combiner_, router_, outputs, writerSize_);
  }
  std::unique_ptr<ShuffleMerger> merger() const override {
    return std::make_unique<CombineMerger<P, C, Combiner>>(combiner_, mergerSize_);
  }

 private:
  Combiner combiner_;
  Router<KeyOf<P>> router_;
  mutable std::atomic<std::size_t> writerSize_ = 0;
  mutable std::atomic<std::size_t> mergerSize_ = 0;
};

}  // namespace millrace::core
