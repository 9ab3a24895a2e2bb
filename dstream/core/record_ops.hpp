#pragma once

#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// Where records enter a line of readers: those of one reader after another.
struct Inlet {
  virtual ~Inlet() = default;
  virtual void put(ReaderPtr records) = 0;
};

/// A reader of what is put into the inlet, which lives as long as the reader.
struct InletReader {
  ReaderPtr reader;
  Inlet* inlet;
};

/// Shows each chunk of a trunk to several branches, one after another.
struct Fork {
  virtual ~Fork() = default;
  virtual ReaderPtr addBranch() = 0;
  /// Gives the next chunk to all branches; false if there is none for now.
  virtual bool pull() = 0;
};

/// Takes what a reader has, again and again.
struct Drain {
  virtual ~Drain() = default;
  virtual void drain(ReaderBase& input) = 0;
};

/// Keeps the records of one partition of an epoch.
struct Gatherer : Drain {
  virtual BlockPtr take() = 0;
};

/// What a long-lived graph must know of a record type: typed work, erased once per chunk. Each DStream<T> tells its node.
struct RecordOps {
  InletReader (*inlet)();
  std::unique_ptr<Fork> (*fork)(ReaderPtr trunk);
  std::unique_ptr<Gatherer> (*gather)();
};

template <class T>
class ReaderInlet final : public Reader<T>, public Inlet {
 public:
  void put(ReaderPtr records) override { records_ = typed<T>(std::move(records)); }
  Chunk<T> next() override {
    if (!records_) return {};
    Chunk<T> chunk = records_->next();
    if (chunk.empty()) records_.reset();
    return chunk;
  }

 private:
  TypedReader<T> records_;
};

template <class T>
class ChunkFork final : public Fork {
 public:
  explicit ChunkFork(ReaderPtr trunk) : trunk_(typed<T>(std::move(trunk))) {}

  ReaderPtr addBranch() override {
    auto branch = std::make_unique<Branch>();
    branches_.push_back(branch.get());
    return branch;
  }
  bool pull() override {
    Chunk<T> chunk = trunk_->next();
    chunk.movable = false;
    for (Branch* branch : branches_) branch->chunk = chunk;
    return !chunk.empty();
  }

 private:
  struct Branch final : Reader<T> {
    Chunk<T> next() override { return std::exchange(chunk, {}); }
    Chunk<T> chunk;
  };
  TypedReader<T> trunk_;
  std::vector<Branch*> branches_;
};

template <class T>
class VectorGatherer final : public Gatherer {
 public:
  void drain(ReaderBase& input) override {
    auto& reader = static_cast<Reader<T>&>(input);
    for (Chunk<T> chunk = reader.next(); !chunk.empty(); chunk = reader.next())
      appendOwned<T>(records_, chunk);
  }
  BlockPtr take() override { return std::make_shared<VectorBlock<T>>(std::move(records_)); }

 private:
  PooledVector<owned_t<T>> records_;
};

template <class T>
const RecordOps* recordOps() {
  static constexpr RecordOps kOps{
      [] {
        auto reader = std::make_unique<ReaderInlet<T>>();
        Inlet* inlet = reader.get();
        return InletReader{std::move(reader), inlet};
      },
      [](ReaderPtr trunk) -> std::unique_ptr<Fork> {
        return std::make_unique<ChunkFork<T>>(std::move(trunk));
      },
      []() -> std::unique_ptr<Gatherer> { return std::make_unique<VectorGatherer<T>>(); }};
  return &kOps;
}

}  // namespace millrace::core
