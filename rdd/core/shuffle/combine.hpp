#pragma once

#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/buckets.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/shuffled_record.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

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

/// Decides when combining in a map task no longer pays: when most of the last records had new keys. The ratio over all
/// records would mislead, since an input may begin with few keys.
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

/// The map side: combines while that pays; after that, it puts all entries and further records into buckets.
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

  bool take(ReaderBase& input) override {
    const Chunk<P> chunk = static_cast<Reader<P>&>(input).next();
    if (chunk.empty()) return false;
    if (!buckets_.empty()) {
      bucket(chunk);
      return true;
    }
    combine(chunk);
    held_.take(chunk.size, table_);
    if (!kCreatesOnce && watch_.shouldStop(chunk.size, table_.size())) stopCombining();
    return true;
  }

  /// Vectors that grow have a third more room than they need; a table is copied once it is divided by outputs.
  std::size_t bytes() const override {
    if (buckets_.empty()) return table_.bytes() / 2 * 3 + held_.bytes();
    return bucketed_ * sizeof(typename File::Entries::value_type) / 3 * 4 + bucketedHeld_ + texts_.bytes();
  }

  std::vector<ShuffleFilePtr> finish() override {
    files_.resize(static_cast<std::size_t>(outputs_));
    if (!buckets_.empty()) {
      handOutBuckets();
    } else {
      sizeHint_.store(table_.size(), std::memory_order_relaxed);
      handOutTable();
    }
    table_ = {};
    buckets_.clear();
    bucketed_ = bucketedHeld_ = 0;
    texts_ = {};
    watch_ = {};
    held_ = {};
    auto files = std::exchange(files_, {});
    return {std::make_move_iterator(files.begin()), std::make_move_iterator(files.end())};
  }

 private:
  static constexpr std::size_t kLeastBuckets = 16;
  static constexpr bool kCreatesOnce = requires { Combiner::kCreatesOnce; };

  void combine(const Chunk<P>& chunk) {
    table_.visitAhead(chunk, [&](const P& record, const auto& key, const Hint& hint) {
      table_.upsert(
          key, hint, [&] { return combiner_.create(own(record.second)); },
          [&](C& value) { combiner_.mergeValue(value, own(record.second)); });
    });
  }

  void stopCombining() {
    sizeHint_.store(table_.size(), std::memory_order_relaxed);
    buckets_.resize(static_cast<std::size_t>(outputs_) * bucketsPerOutput());
    for (auto&& [key, value] : table_) putInto(bucketFor(Form::hash(key), key), key, std::move(value));
    texts_ = table_.takeTexts();
    table_ = {};
  }

  void bucket(const Chunk<P>& chunk) {
    for (const P& record : chunk) {
      typename Form::Stored key = Form::probe(record.first);
      Form::keep(key, texts_);
      auto& bucket = bucketFor(Form::hash(key), key);
      putInto(bucket, std::move(key), combiner_.create(own(record.second)));
    }
  }

  template <class Key>
  void putInto(typename File::Entries& bucket, Key&& key, C value) {
    bucket.emplace_back(std::forward<Key>(key), std::move(value));
    ++bucketed_;
    bucketedHeld_ += heldByEntry(bucket.back().first, bucket.back().second);
  }

  void handOutBuckets() {
    auto texts = std::make_shared<TextArena>(std::move(texts_));
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      if (buckets_[i].empty()) continue;
      File& file = fileOf(i / bucketsPerOutput());
      file.texts = texts;
      file.buckets.resize(bucketsPerOutput());
      file.buckets[i % bucketsPerOutput()] = std::move(buckets_[i]);
    }
  }

  void handOutTable() {
    if (table_.empty()) return;
    if (outputs_ == 1) {
      fileOf(0).table = std::move(table_);
      return;
    }
    auto texts = std::make_shared<TextArena>();
    for (auto&& [key, value] : table_) {
      File& file = fileOf(outputOf(Form::hash(key), key));
      if (!file.texts) {
        file.texts = texts;
        file.combined.reserve(table_.size() / files_.size() * 9 / 8 + 8);
      }
      file.combined.emplace_back(key, std::move(value));
    }
    *texts = table_.takeTexts();
  }

  /// Makes an output's file when something is written for it: in a small batch most outputs get nothing.
  File& fileOf(std::size_t output) {
    if (!files_[output]) files_[output] = std::make_unique<File>();
    return *files_[output];
  }
  typename File::Entries& bucketFor(std::uint64_t hash, const typename Form::Stored& key) {
    return buckets_[outputOf(hash, key) * bucketsPerOutput() + bucketOf(hash, bucketsPerOutput())];
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
  HeldWatch held_;
  std::vector<typename File::Entries> buckets_;
  std::size_t bucketed_ = 0, bucketedHeld_ = 0;
  TextArena texts_;
  std::vector<std::unique_ptr<File>> files_;
};

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

/// The shuffle of combineByKey and all that is made of it. `Combiner` has `C create(const V&)`, `void mergeValue(C&,
/// const V&)` and `void mergeCombiners(C&, C&&)`; each task has a copy. One that has a member `kCreatesOnce` needs `create`
/// to be called once per key and map task, so it combines even where that does not pay. The spec remembers the sizes of
/// its last tables, so that the next batch's begin with the right room.
template <class P, class C, class Combiner>
class CombineSpec final : public ShuffleSpec, private Spilling {
  using K = KeyOf<P>;
  using File = CombineFile<K, C>;
  using Merger = CombineMerger<P, C, Combiner>;

 public:
  explicit CombineSpec(Combiner combiner, PartitionerPtr partitioner = nullptr)
      : combiner_(std::move(combiner)), router_(std::move(partitioner)) {}
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override {
    return std::make_unique<CombineWriter<P, C, Combiner>>(combiner_, router_, outputs, writerSize_);
  }
  std::unique_ptr<ShuffleMerger> merger() const override {
    return std::make_unique<Merger>(combiner_, mergerSize_);
  }
  bool shrinksByMerging() const override { return true; }
  const Spilling* spilling() const override { return kCanSpill<K, C> ? this : nullptr; }

 private:
  std::size_t buckets(int outputs) const override { return spillBucketsFor(outputs); }
  void write(int, ShuffleFile& file, const SpillBuckets& buckets, SpillWriter& to) const override {
    if constexpr (kCanSpill<K, C>) {
      static_cast<File&>(file).each([&](const auto& key, const C& value) {
        to.add(buckets.of(KeyForm<K>::hash(key)),
               [&](ByteWriter& bytes) { writeEntry<K>(bytes, key, value); });
      });
    }
  }
  ShuffleFilePtr asFile(ShuffleMerger& merged) const override {
    return static_cast<Merger&>(merged).asFile();
  }
  ShuffleFilePtr load(int, SpillReader& from) const override {
    auto file = std::make_unique<File>();
    if constexpr (kCanSpill<K, C>) {
      file->texts = std::make_shared<TextArena>();
      file->combined = readEntries<K, C>(from, *file->texts);
    }
    return file;
  }
  std::unique_ptr<ShuffleMerger> bucketMerger() const override {
    return std::make_unique<Merger>(combiner_, bucketSize_);
  }
  BlockPtr open(ShuffleSpecPtr spec, SpilledPartition partition) const override {
    return std::make_shared<SpilledBuckets<std::pair<K, C>>>(std::move(spec), std::move(partition));
  }

  Combiner combiner_;
  Router<K> router_;
  mutable std::atomic<std::size_t> writerSize_ = 0;
  mutable std::atomic<std::size_t> mergerSize_ = 0;
  mutable std::atomic<std::size_t> bucketSize_ = 0;
};

}  // namespace millrace::core
