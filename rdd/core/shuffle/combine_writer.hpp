#pragma once

#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/pair.hpp>
#include <millrace/rdd/core/records/table.hpp>
#include <millrace/rdd/core/shuffle/combine_file.hpp>
#include <millrace/rdd/core/shuffle/entry_codec.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

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

}  // namespace millrace::core
