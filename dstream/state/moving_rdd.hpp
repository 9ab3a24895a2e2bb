#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/dstream/state/moving_tables.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// Moving tables, and what ended them. Shared by a stream and its RDDs.
struct MovingState {
  explicit MovingState(std::shared_ptr<MovingTables> held) : tables(std::move(held)) {}
  const std::shared_ptr<MovingTables> tables;
  Mutex moving;  // runs tasks while held, so no task may wait for it
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
  Mutex showing_;
  bool kept_ MILLRACE_GUARDED_BY(showing_);
  bool pinned_ MILLRACE_GUARDED_BY(showing_) = false;
  std::vector<BlockPtr> tables_ MILLRACE_GUARDED_BY(showing_);
};

}  // namespace millrace::core
