#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/node.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace millrace::core {

/// Tables that move from batch to batch, one per partition. One thread at a time moves a partition; `read` and `copy`
/// may run on several threads while nothing moves.
struct MovingTables {
  virtual ~MovingTables() = default;
  /// Reads the table as it is; the reader must be gone before the next move.
  virtual ReaderPtr read(int partition) const = 0;
  /// A copy of the table as it is.
  virtual BlockPtr copy(int partition) const = 0;
};

/// Moving tables with the time that they stand at. Shared by a stream and its RDDs.
struct MovingState {
  explicit MovingState(std::unique_ptr<MovingTables> held) : tables(std::move(held)) {}
  const std::unique_ptr<MovingTables> tables;
  std::mutex mutex;
  Time at{-1};
  std::exception_ptr failure;
};

/// What moving tables hold at one time. They are moved there when a job first needs it, after the times before it; then
/// the job reads them in place, until the next move. An RDD that somebody can ask later (`kept`, or `pin`) has copies by
/// then. If the user's functions throw half-way, the state is lost, and so are all later times.
class MovingRdd final : public Node {
 public:
  /// How to get here: from the time before, with the blocks of some inputs. `apply` may give a block of results.
  struct Move {
    std::shared_ptr<MovingRdd> previous;
    std::vector<NodePtr> inputs;
    std::function<BlockPtr(int partition, const std::vector<BlockPtr>& blocks)> apply;
  };

  MovingRdd(EnginePtr engine, OperatorPtr info, Time time, std::shared_ptr<MovingState> state,
            PartitionerPtr partitioner, Move move, bool kept);

  void prepare() override;
  void pin() override;
  /// What `apply` gave, once prepared.
  BlockPtr result(int partition) const;

 protected:
  ReaderPtr compute(int partition) override;

 private:
  void advance();
  void copyAll();

  const Time time_;
  const std::shared_ptr<MovingState> state_;
  Move move_;
  bool kept_;
  bool done_ = false;
  std::vector<BlockPtr> results_;
  std::vector<BlockPtr> copies_;
};

}  // namespace millrace::core
