#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/rdd/core/node.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace millrace::core {

/// Tables that move from batch to batch, one per partition: windows and states. One thread at a time moves a partition.
struct MovingTables {
  virtual ~MovingTables() = default;
  /// The table as it is. If somebody still holds it then, the next move leaves it to them and goes on with a copy.
  virtual BlockPtr table(int partition) const = 0;
  /// True if the tables can be moved on after a move that failed; else they are lost then. `reset` tells them of one.
  virtual bool recovers() const { return false; }
  virtual void reset() {}
  /// The table as bytes, and what was written put in place of a table that has not been moved yet. Unsupported, naming
  /// the type, where one has no Codec.
  virtual void write(int partition, ByteWriter& to) const = 0;
  virtual void read(int partition, ByteReader& from) = 0;
};

/// One block with a `table` per partition, shared with readers; who changes one that somebody else holds gets a copy.
template <class B>
class SharedTables {
 public:
  explicit SharedTables(int partitions) {
    for (int p = 0; p < partitions; ++p) blocks_.push_back(std::make_shared<B>());
  }
  int partitions() const { return static_cast<int>(blocks_.size()); }
  const std::shared_ptr<B>& block(int partition) const {
    return blocks_[static_cast<std::size_t>(partition)];
  }

  /// The table of a partition, to be changed.
  auto& own(int partition) {
    std::shared_ptr<B>& held = blocks_[static_cast<std::size_t>(partition)];
    if (held.use_count() > 1) {
      auto copy = std::make_shared<B>();
      copy->table = held->table.copy();
      held = std::move(copy);
    } else {
      auto touched = held;  // puts what readers did before they let go before what follows
    }
    return held->table;
  }

 private:
  std::vector<std::shared_ptr<B>> blocks_;
};

/// Moving tables, and what ended them. Shared by a stream and its RDDs.
struct MovingState {
  explicit MovingState(std::unique_ptr<MovingTables> held) : tables(std::move(held)) {}
  const std::unique_ptr<MovingTables> tables;
  std::mutex moving;  // runs tasks while held, so no task may wait for it
  std::exception_ptr failure;
};

/// What moving tables hold at one time. They are moved there when a job first needs it, after the times before it; then
/// it shows the tables, and lets go of them when they move on, unless it is kept.
class MovingRdd final : public Node {
 public:
  /// How to get here: from the time before, with the blocks of some inputs. `apply` may give a block of results.
  struct Move {
    std::shared_ptr<MovingRdd> previous;
    std::vector<NodePtr> inputs;
    std::function<BlockPtr(int partition, const std::vector<BlockPtr>& blocks)> apply;
  };

  /// `showsPartitioner` says whether the keys are known to be spread by the partitioner.
  MovingRdd(EnginePtr engine, OperatorPtr info, std::shared_ptr<MovingState> state,
            const PartitionerPtr& partitioner, bool showsPartitioner, Move move, bool kept);

  void prepare() override;
  void pin() override;
  /// Nobody asks any more, but for readers that run: what it was kept for is over. Not if it is pinned.
  void unkeep();
  /// What `apply` gave, once prepared.
  BlockPtr result(int partition) const;

 protected:
  ReaderPtr compute(int partition) override;

 private:
  void moveOrFail();
  void move();
  void letGo();
  std::vector<std::vector<BlockPtr>> inputBlocks();

  const std::shared_ptr<MovingState> state_;
  Move move_;
  bool done_ = false;
  std::exception_ptr failure_;
  std::vector<BlockPtr> results_;
  std::mutex showing_;  // guards what follows
  bool kept_;
  bool pinned_ = false;
  std::vector<BlockPtr> tables_;
};

}  // namespace millrace::core
