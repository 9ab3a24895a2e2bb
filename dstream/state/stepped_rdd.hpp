#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

namespace millrace::core {

/// Shared by the RDDs of a stream.
struct SteppedState {
  Mutex making;  // held while blocks are made, in tasks: so no task may wait for it
};

/// The RDD of an updateStateByKey whose function takes whole partitions. The first job that needs it makes its blocks
/// of states from those of the RDD before, after earlier RDDs that no job has needed have made theirs, each in turn. Then it
/// drops its inputs, and the RDD before drops its blocks, unless that is kept. Once the function has thrown, this RDD and
/// all later ones fail with that, and hold nothing either. What inputs throw is no harm: they are asked again, kMostOwed
/// batches at most.
class SteppedRdd final : public Node {
 public:
  struct Step {
    std::shared_ptr<SteppedRdd> previous;
    std::vector<NodePtr> inputs;
    std::function<BlockPtr(const std::vector<BlockPtr>& blocks)> apply;
  };

  SteppedRdd(EnginePtr engine, OperatorPtr info, std::shared_ptr<SteppedState> state,
             const PartitionerPtr& partitioner, bool showsPartitioner, Step step, bool kept);
  ~SteppedRdd() override;

  /// True once a job has needed it, whether the function threw or not.
  bool isDone() const { return done_; }
  BlockPtr block(int partition) override;

 protected:
  ReaderPtr compute(int partition) override { return openBlock(block(partition)); }
  void prepareSelf() override;
  void pinSelf() override;

 private:
  void makeOrFail(bool mayWait);
  void make();
  void letGo();

  const std::shared_ptr<SteppedState> state_;
  Step step_;  // until it is done; used by who holds the state's lock
  std::atomic<bool> functionThrew_ = false;
  std::atomic<bool> done_ = false;
  std::exception_ptr failure_;  // constant once it is done
  Mutex showing_;
  bool kept_ MILLRACE_GUARDED_BY(showing_);
  std::vector<BlockPtr> blocks_ MILLRACE_GUARDED_BY(showing_);
};

}  // namespace millrace::core
