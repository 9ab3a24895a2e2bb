#pragma once

#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>

#include <memory>
#include <typeinfo>
#include <utility>
#include <vector>

namespace millrace::core {

/// Where records enter a pipeline, which is a chain of readers. `put` takes a reader of some records; the pipeline has
/// to read these before the next `put`.
struct Inlet {
  virtual ~Inlet() = default;
  virtual void put(ReaderPtr records) = 0;
};

/// The first reader of a pipeline, which gives the records that are put into the inlet. The inlet lives as long as it.
struct InletReader {
  ReaderPtr reader;
  Inlet* inlet;
};

/// Where a pipeline parts: each chunk of one reader, the trunk, is given to several other readers, the branches.
struct Fork {
  virtual ~Fork() = default;
  virtual ReaderPtr addBranch() = 0;
  /// Moves on to the trunk's next chunk, which each branch then gives once. False if there is none for now.
  virtual bool pull() = 0;
};

/// The end of a pipeline: `drain` takes all records that the last reader has for now, and is called again later.
struct Drain {
  virtual ~Drain() = default;
  virtual void drain(ReaderBase& input) = 0;
};

/// An end at which the records of one partition and one epoch are kept; `take` gives them as a block, once.
struct Gatherer : Drain {
  virtual BlockPtr take() = 0;
};

/// How a long-lived graph, which knows no record type, builds pipelines for the records of a stream: what is typed is
/// behind one virtual call per chunk. Each DStream<T> tells its node the one of T.
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

/// Unsupported: records of a type that holds a view, in a stream whose records the program asks to remember.
[[noreturn]] void throwCannotBeKept(const std::type_info& type);

template <class T>
const RecordOps* recordOps() {
  static constexpr RecordOps kOps{[] {
                                    auto reader = std::make_unique<ReaderInlet<T>>();
                                    Inlet* inlet = reader.get();
                                    return InletReader{std::move(reader), inlet};
                                  },
                                  [](ReaderPtr trunk) -> std::unique_ptr<Fork> {
                                    return std::make_unique<ChunkFork<T>>(std::move(trunk));
                                  },
                                  []() -> std::unique_ptr<Gatherer> {
                                    if constexpr (kCanBeKept<owned_t<T>>) {
                                      return std::make_unique<VectorGatherer<T>>();
                                    } else {
                                      throwCannotBeKept(typeid(T));
                                    }
                                  }};
  return &kOps;
}

}  // namespace millrace::core
