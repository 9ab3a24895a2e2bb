#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/records/key_form.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/shuffle/routing.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <iterator>
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
  PooledVector<owned_t<T>> stored;
};

template <class T, class Choose>
class ExchangeWriter final : public ShuffleWriter {
 public:
  ExchangeWriter(typename Choose::Rule rule, int outputs)
      : files_(static_cast<std::size_t>(outputs)), choose_(std::move(rule), files_.size()) {
    for (auto& file : files_) file = std::make_unique<ExchangeFile<T>>();
  }
  void drain(ReaderBase& input) override {
    auto& reader = static_cast<Reader<T>&>(input);
    for (Chunk<T> chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
      for (const T& record : chunk) appendOwned<T>(files_[choose_(record)]->stored, record, chunk.movable);
    }
  }
  std::vector<ShuffleFilePtr> finish() override {
    return {std::make_move_iterator(files_.begin()), std::make_move_iterator(files_.end())};
  }

 private:
  std::vector<std::unique_ptr<ExchangeFile<T>>> files_;
  Choose choose_;
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

/// The shuffle that moves records as they are: to the output that `Choose` says, in order.
template <class T, class Choose>
class RecordExchange final : public ExchangeSpec {
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

 private:
  typename Choose::Rule rule_;
};

}  // namespace millrace::core
