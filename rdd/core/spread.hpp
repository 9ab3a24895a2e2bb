#pragma once

#include <millrace/base/hash.hpp>
#include <millrace/rdd/core/shuffle.hpp>
#include <millrace/rdd/core/task.hpp>
#include <millrace/rdd/core/vector_block.hpp>

#include <iterator>
#include <utility>
#include <vector>

namespace millrace::core {

/// The shuffle of repartition: round robin over the outputs, from a start that differs from task to task, so that small
/// partitions do not all fill the first outputs.
template <class T>
class SpreadSpec final : public ShuffleSpec {
  struct File final : ShuffleFile {
    PooledVector<owned_t<T>> stored;
  };

  class Writer final : public ShuffleWriter {
   public:
    explicit Writer(int outputs) : files_(static_cast<std::size_t>(outputs)) {
      for (auto& file : files_) file = std::make_unique<File>();
      at_ = hashWord(static_cast<std::uint64_t>(TaskContext::getPartitionId())) % files_.size();
    }
    void drain(ReaderBase& input) override {
      auto& reader = static_cast<Reader<T>&>(input);
      for (Chunk<T> chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
        for (const T& record : chunk) {
          files_[at_]->stored.push_back(own(record));
          if (++at_ == files_.size()) at_ = 0;
        }
      }
    }
    std::vector<ShuffleFilePtr> finish() override {
      return {std::make_move_iterator(files_.begin()), std::make_move_iterator(files_.end())};
    }

   private:
    std::vector<std::unique_ptr<File>> files_;
    std::size_t at_;
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
  std::unique_ptr<ShuffleWriter> writer(int, int outputs) const override { return std::make_unique<Writer>(outputs); }
  std::unique_ptr<ShuffleMerger> merger() const override { return std::make_unique<Merger>(); }
};

}  // namespace millrace::core
