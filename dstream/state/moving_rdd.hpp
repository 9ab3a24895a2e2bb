#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/dstream/state/lease.hpp>
#include <millrace/dstream/state/moving_state.hpp>
#include <millrace/dstream/state/table_cut.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace millrace::core {

/// The RDD of a window or state at one time. The tables are changed in place, so when a job first needs this RDD,
/// earlier RDDs of the stream that no job has needed change the tables first, each in turn, and then this one does.
/// From then on it gives the tables' entries to readers, as long as anybody holds a lease of them. It holds one itself
/// until the next RDD is about to change the tables; whoever may read it later than that has to hold one.
///
/// Until it has changed the tables it holds its inputs and the RDD before: the chain of them ends where a job last needed one,
/// or a state job of the graph. RDDs whose tables are lost fail with the failure that lost them, and hold nothing either. Where
/// an input throws, which is no harm to the tables, they wait for it: the batches that they hold are what the state is owed,
/// kMostOwed at most.
class MovingRdd final : public Node {
 public:
  /// The change from `previous`, the stream's RDD before, to this one: `apply` is called for each partition with its
  /// blocks of all `inputs`. It may return a block of results, or null. `begin`, where there is one, is called once before
  /// that, in the order of the moves, whether these succeed or not; it may change the inputs. Where a cut goes through between
  /// `previous` and this RDD, `cut` is taken before the tables are changed.
  struct Move {
    std::shared_ptr<MovingRdd> previous;
    std::shared_ptr<TableCut> cut;
    std::vector<NodePtr> inputs;
    std::function<void(std::vector<NodePtr>& inputs)> begin;
    std::function<BlockPtr(int partition, const std::vector<BlockPtr>& blocks)> apply;
  };

  /// `showsPartitioner`: all keys are where the partitioner says, so operators by key may rely on it.
  MovingRdd(EnginePtr engine, OperatorPtr info, std::shared_ptr<MovingState> state,
            const PartitionerPtr& partitioner, bool showsPartitioner, Move move);
  ~MovingRdd() override;

  /// True once a job has needed it, whether that failed for good or not.
  bool isDone() const { return done_; }
  /// A lease of what this RDD shows, or is going to show. Null once the last one has been given back.
  Lease lease() const;
  /// Takes a lease that is given back with the RDD itself.
  void keep();
  /// The block that `apply` returned for a partition. After prepare() only.
  BlockPtr result(int partition) const;

 protected:
  ReaderPtr compute(int partition) override;
  void prepareSelf() override;
  void pinSelf() override { keep(); }

 private:
  void moveOrFail(bool mayWait);
  void move();
  void giveBack();
  std::vector<std::vector<BlockPtr>> inputBlocks();

  const std::shared_ptr<MovingState> state_;
  Move move_;  // until it is done; used by who holds the state's lock
  std::atomic<bool> done_ = false;
  std::exception_ptr failure_;  // constant once it is done
  std::vector<BlockPtr> results_;
  mutable Mutex leasing_;
  std::shared_ptr<LeasedTables> untilNext_ MILLRACE_GUARDED_BY(leasing_) = std::make_shared<LeasedTables>();
  const std::weak_ptr<const LeasedTables> shown_;
  Lease kept_ MILLRACE_GUARDED_BY(leasing_);
};

}  // namespace millrace::core
