#pragma once

#include <millrace/dstream/state/moving_state.hpp>
#include <millrace/io/store/state_delta.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <memory>
#include <vector>

namespace millrace::core {

/// A place between two moves of a state's tables at which a cut goes through. What has changed up to there is taken once: by
/// the job that makes the cut, or, if a job of a later batch is quicker, by the move that comes next.
class TableCut {
 public:
  TableCut(EnginePtr engine, OperatorPtr info, std::shared_ptr<MovingState> state, int partitions);

  /// Takes the changes, unless that is done. The tables have moved to the place, and not further. Who calls holds the lock of
  /// the state, or is the only one who uses it.
  void take();
  /// What was taken, by partition; null where nothing has changed.
  const std::vector<StateDeltaPtr>& changes() const { return changes_; }

 private:
  const EnginePtr engine_;
  const OperatorPtr info_;
  const std::shared_ptr<MovingState> state_;
  bool isTaken_ = false;
  std::vector<char> has_;  // by partition: a task that fails may be run again
  std::vector<StateDeltaPtr> changes_;
};

}  // namespace millrace::core
