#pragma once

#include <millrace/base/held_bytes.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace millrace::core {

/// A shuffle that folds all records of a batch into one partition: each task folds its own records, then what the tasks
/// hold is merged in their order. Each task has a copy of the `Fold`, which has two types and three functions: `Held`,
/// what a task holds so far; `void add(Held&, const Chunk<T>&)` folds records into it; `void merge(Held&, Held&&)` adds
/// what a later task holds; `void give(Held&&, PooledVector<Result>&)` appends the results, records of type `Result`.
template <class T, class Fold>
class FoldSpec final : public ShuffleSpec {
  using Held = typename Fold::Held;
  using Result = typename Fold::Result;

  struct File final : ShuffleFile {
    explicit File(Held partial) : held(std::move(partial)) {}
    std::size_t bytes() const override { return sizeof(Held) + heldBytes(held); }
    Held held;
  };

  class Writer final : public ShuffleWriter {
   public:
    explicit Writer(const Fold& fold) : fold_(fold) {}
    bool take(ReaderBase& input) override {
      const Chunk<T> chunk = static_cast<Reader<T>&>(input).next();
      if (chunk.empty()) return false;
      fold_.add(held_, chunk);
      return true;
    }
    std::size_t bytes() const override { return sizeof(Held); }
    std::vector<ShuffleFilePtr> finish() override {
      return onlyFile(std::make_unique<File>(std::exchange(held_, Held{})));
    }

   private:
    Fold fold_;
    Held held_{};
  };

  class Merger final : public ShuffleMerger {
   public:
    explicit Merger(const Fold& fold) : fold_(fold) {}
    void add(int, ShuffleFilePtr file) override {
      fold_.merge(held_, std::move(static_cast<File&>(*file).held));
    }
    std::size_t bytes() const override { return sizeof(Held) + heldBytes(held_); }
    BlockPtr finish() override {
      PooledVector<Result> results;
      fold_.give(std::move(held_), results);
      return std::make_shared<VectorBlock<Result>>(std::move(results));
    }

   private:
    Fold fold_;
    Held held_{};
  };

 public:
  explicit FoldSpec(Fold fold) : fold_(std::move(fold)) {}
  std::unique_ptr<ShuffleWriter> writer(int, int) const override { return std::make_unique<Writer>(fold_); }
  std::unique_ptr<ShuffleMerger> merger() const override { return std::make_unique<Merger>(fold_); }

 private:
  const Fold fold_;
};

}  // namespace millrace::core
