#pragma once

#include <millrace/base/codec.hpp>
#include <millrace/base/hash.hpp>
#include <millrace/base/held_bytes.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/core/shuffle/shuffled_record.hpp>
#include <millrace/rdd/core/shuffle/spilled_records.hpp>
#include <millrace/rdd/core/shuffle/spilling.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// Round robin over the outputs, from a start that differs from task to task, so that small partitions do not all fill
/// the first outputs.
class RoundRobin {
 public:
  struct Rule {};

  RoundRobin(Rule, std::size_t outputs)
      : outputs_(outputs),
        at_(hashWord(static_cast<std::uint64_t>(TaskContext::getPartitionId())) % outputs) {}
  template <class T>
  std::size_t operator()(const T&) {
    if (++at_ >= outputs_) at_ = 0;
    return at_;
  }

 private:
  std::size_t outputs_;
  std::size_t at_;
};

/// To the partition of the record's key.
template <class K>
class ByKey {
 public:
  using Rule = Router<K>;

  ByKey(Rule router, std::size_t outputs) : router_(std::move(router)), outputs_(static_cast<int>(outputs)) {}
  template <class P>
  std::size_t operator()(const P& record) const {
    return outputs_ == 1 ? 0 : router_(KeyForm<K>::probe(record.first), outputs_);
  }

 private:
  Router<K> router_;
  int outputs_;
};

/// Records as they came.
template <class T>
struct ExchangeFile final : ShuffleFile {
  std::size_t bytes() const override { return bytesOf(stored); }

  PooledVector<owned_t<T>> stored;
};

template <class T, class Choose>
class ExchangeWriter final : public ShuffleWriter {
 public:
  ExchangeWriter(typename Choose::Rule rule, int outputs)
      : files_(static_cast<std::size_t>(outputs)), choose_(std::move(rule), files_.size()) {
    begin();
  }
  bool take(ReaderBase& input) override {
    const Chunk<T> chunk = static_cast<Reader<T>&>(input).next();
    if (chunk.empty()) return false;
    for (const T& record : chunk) {
      auto& stored = files_[choose_(record)]->stored;
      appendOwned<T>(stored, record, chunk.movable);
      if constexpr (kHoldsMemory<owned_t<T>>) held_ += heldBytes(stored.back());
    }
    records_ += chunk.size;
    return true;
  }
  /// Vectors that grow have a third more room than they need.
  std::size_t bytes() const override { return records_ * sizeof(owned_t<T>) / 3 * 4 + held_; }
  std::vector<ShuffleFilePtr> finish() override {
    std::vector<ShuffleFilePtr> files(std::make_move_iterator(files_.begin()),
                                      std::make_move_iterator(files_.end()));
    begin();
    return files;
  }

 private:
  void begin() {
    for (auto& file : files_) file = std::make_unique<ExchangeFile<T>>();
    records_ = held_ = 0;
  }

  std::vector<std::unique_ptr<ExchangeFile<T>>> files_;
  Choose choose_;
  std::size_t records_ = 0, held_ = 0;
};

/// Puts the files of one partition behind one another.
template <class T>
void appendFile(PooledVector<owned_t<T>>& stored, ShuffleFile& base) {
  auto& file = static_cast<ExchangeFile<T>&>(base);
  if (stored.empty()) {
    stored = std::move(file.stored);
  } else {
    stored.insert(stored.end(), std::make_move_iterator(file.stored.begin()),
                  std::make_move_iterator(file.stored.end()));
  }
}

/// A block of records from the disk as a file of its own.
template <class T>
ShuffleFilePtr loadExchangeFile(SpillReader& from) {
  auto file = std::make_unique<ExchangeFile<T>>();
  if constexpr (kHasCodec<owned_t<T>>) file->stored = readRecords<owned_t<T>>(from);
  return file;
}

/// The shuffle that moves records as they are: to the output that `Choose` says, in order.
template <class T, class Choose>
class RecordExchange final : public ExchangeSpec, private Spilling {
  class ByChunk final : public ChunkPartitioner {
   public:
    ByChunk(typename Choose::Rule rule, int outputs)
        : stored_(static_cast<std::size_t>(outputs)), choose_(std::move(rule), stored_.size()) {}

    bool next(ReaderBase& input, std::vector<BlockPtr>& outputs) override {
      Chunk<T> chunk = static_cast<Reader<T>&>(input).next();
      if (chunk.empty()) return false;
      for (const T& record : chunk) {
        auto& stored = stored_[choose_(record)];
        if (stored.empty()) stored.reserve(chunk.size / stored_.size() + 1);
        appendOwned<T>(stored, record, chunk.movable);
      }
      for (std::size_t i = 0; i < stored_.size(); ++i) {
        if (stored_[i].empty()) continue;
        outputs[i] = std::make_shared<VectorBlock<owned_t<T>>>(std::exchange(stored_[i], {}));
      }
      return true;
    }

   private:
    std::vector<PooledVector<owned_t<T>>> stored_;
    Choose choose_;
  };

  class Merger final : public ShuffleMerger {
   public:
    void add(int, ShuffleFilePtr file) override { appendFile<T>(stored_, *file); }
    std::size_t bytes() const override { return bytesOf(stored_); }
    BlockPtr finish() override { return std::make_shared<VectorBlock<owned_t<T>>>(std::move(stored_)); }

   private:
    PooledVector<owned_t<T>> stored_;
  };

 public:
  explicit RecordExchange(typename Choose::Rule rule = {}) : rule_(std::move(rule)) {}
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override {
    return std::make_unique<ExchangeWriter<T, Choose>>(typename Choose::Rule(rule_), outputs);
  }
  std::unique_ptr<ShuffleMerger> merger() const override { return std::make_unique<Merger>(); }
  std::unique_ptr<ChunkPartitioner> chunkPartitioner(int outputs) const override {
    return std::make_unique<ByChunk>(rule_, outputs);
  }
  const Spilling* spilling() const override { return kHasCodec<owned_t<T>> ? this : nullptr; }

 private:
  std::size_t buckets(int) const override { return 1; }
  void write(int, ShuffleFile& file, const SpillBuckets&, SpillWriter& to) const override {
    if constexpr (kHasCodec<owned_t<T>>) writeRecords(static_cast<ExchangeFile<T>&>(file).stored, to);
  }
  ShuffleFilePtr asFile(ShuffleMerger&) const override { return nullptr; }
  ShuffleFilePtr load(int, SpillReader& from) const override { return loadExchangeFile<T>(from); }
  std::unique_ptr<ShuffleMerger> bucketMerger() const override { return merger(); }
  BlockPtr open(ShuffleSpecPtr, SpilledPartition partition) const override {
    if constexpr (kHasCodec<owned_t<T>>) {
      return std::make_shared<SpilledRecords<owned_t<T>>>(std::move(partition));
    } else {
      return nullptr;
    }
  }

  typename Choose::Rule rule_;
};

}  // namespace millrace::core
