#pragma once

#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// Where records enter a chain of readers: the chain reads on from the reader that was put last.
struct Inlet {
  virtual ~Inlet() = default;
  virtual void put(ReaderPtr records) = 0;
};

/// A reader of what is put into the inlet. The reader owns the inlet.
struct InletReader {
  ReaderPtr reader;
  Inlet* inlet;
};

/// Gives each chunk of one reader, the trunk, to several others, the branches.
struct Fork {
  virtual ~Fork() = default;
  virtual ReaderPtr addBranch() = 0;
  /// Gives the next chunk to all branches; false if there is none for now.
  virtual bool pull() = 0;
};

/// Consumes what a reader has; called again when the reader has more.
struct Drain {
  virtual ~Drain() = default;
  virtual void drain(ReaderBase& input) = 0;
};

/// Keeps the records of one partition of an epoch.
struct Gatherer : Drain {
  virtual BlockPtr take() = 0;
};

/// What a long-lived graph needs of a record type: typed work behind one virtual call per chunk. Each DStream<T> sets
/// it at its node.
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
    auto* branch = new Branch();
    ReaderPtr reader(branch);
    branches_.push_back(branch);
    return reader;
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
        auto* inlet = new ReaderInlet<T>();
        return InletReader{ReaderPtr(inlet), inlet};
      },
      [](ReaderPtr trunk) { return std::unique_ptr<Fork>(new ChunkFork<T>(std::move(trunk))); },
      [] { return std::unique_ptr<Gatherer>(new VectorGatherer<T>()); }};
  return &kOps;
}

}  // namespace millrace::core
