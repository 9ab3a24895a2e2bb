#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/shuffle.hpp>
#include <millrace/rdd/core/table.hpp>
#include <millrace/rdd/core/task.hpp>
#include <millrace/rdd/core/vector_block.hpp>

#include <iterator>
#include <utility>
#include <vector>

namespace millrace::core {

/// Round robin over the outputs, from a start that differs from task to task, so that small partitions do not all fill
/// the first outputs.
class RoundRobin {
 public:
  explicit RoundRobin(std::size_t outputs)
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
  explicit ByKey(std::size_t outputs) : outputs_(static_cast<int>(outputs)) {}
  template <class P>
  std::size_t operator()(const P& record) const {
    return static_cast<std::size_t>(partitionOfHash(keyHash<K>(KeyForm<K>::probe(record.first)), outputs_));
  }

 private:
  int outputs_;
};

/// The shuffle that moves records as they are: to the output that `Choose` says, in order.
template <class T, class Choose>
class SpreadSpec final : public SpreadingSpec {
  struct File final : ShuffleFile {
    PooledVector<owned_t<T>> stored;
  };

  class Writer final : public ShuffleWriter {
   public:
    explicit Writer(int outputs) : files_(static_cast<std::size_t>(outputs)), choose_(files_.size()) {
      for (auto& file : files_) file = std::make_unique<File>();
    }
    void drain(ReaderBase& input) override {
      auto& reader = static_cast<Reader<T>&>(input);
      for (Chunk<T> chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
        for (const T& record : chunk) files_[choose_(record)]->stored.push_back(own(record));
      }
    }
    std::vector<ShuffleFilePtr> finish() override {
      return {std::make_move_iterator(files_.begin()), std::make_move_iterator(files_.end())};
    }

   private:
    std::vector<std::unique_ptr<File>> files_;
    Choose choose_;
  };

  class ChunkSpreader final : public Spreader {
   public:
    explicit ChunkSpreader(int outputs)
        : stored_(static_cast<std::size_t>(outputs)), choose_(stored_.size()) {}

    bool next(ReaderBase& input, std::vector<BlockPtr>& outputs) override {
      Chunk<T> chunk = static_cast<Reader<T>&>(input).next();
      if (chunk.empty()) return false;
      for (const T& record : chunk) {
        auto& stored = stored_[choose_(record)];
        if (stored.empty()) stored.reserve(chunk.size / stored_.size() + 1);
        stored.push_back(own(record));
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
    void add(int, ShuffleFilePtr base) override {
      auto& file = static_cast<File&>(*base);
      if (stored_.empty()) {
        stored_ = std::move(file.stored);
      } else {
        stored_.insert(stored_.end(), std::make_move_iterator(file.stored.begin()),
                       std::make_move_iterator(file.stored.end()));
      }
    }
    BlockPtr finish() override { return std::make_shared<VectorBlock<owned_t<T>>>(std::move(stored_)); }

   private:
    PooledVector<owned_t<T>> stored_;
  };

 public:
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override {
    return std::make_unique<Writer>(outputs);
  }
  std::unique_ptr<ShuffleMerger> merger() const override { return std::make_unique<Merger>(); }
  std::unique_ptr<Spreader> spreader(int outputs) const override {
    return std::make_unique<ChunkSpreader>(outputs);
  }
};

}  // namespace millrace::core
