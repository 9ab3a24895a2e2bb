#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace millrace::core {

/// The RDD of an updateStateByKey whose function takes whole partitions. The first job that needs it makes its blocks
/// of states from those of the RDD before; where no job has needed that, from the oldest one on, each in turn. Then it drops its inputs, and the RDD before drops its blocks, unless that
/// is kept.
class SteppedRdd final : public Node {
 public:
  struct Step {
    std::shared_ptr<SteppedRdd> previous;
    std::vector<NodePtr> inputs;
    std::function<BlockPtr(const std::vector<BlockPtr>& blocks)> apply;
  };

  SteppedRdd(EnginePtr engine, OperatorPtr info, const PartitionerPtr& partitioner, bool showsPartitioner,
             Step step, bool kept);
  ~SteppedRdd() override;

  BlockPtr block(int partition) override;

 protected:
  ReaderPtr compute(int partition) override { return openBlock(block(partition)); }
  void prepareSelf() override;
  void pinSelf() override;

 private:
  /// The RDD before, while it is still needed.
  std::shared_ptr<SteppedRdd> before();
  void takeStep();
  void make(const Step& step);
  void letGo();

  Mutex making_;  // held while blocks are made, in tasks: so no task may wait for it
  Step step_ MILLRACE_GUARDED_BY(making_);
  bool done_ MILLRACE_GUARDED_BY(making_) = false;
  Mutex showing_;
  bool kept_ MILLRACE_GUARDED_BY(showing_);
  std::vector<BlockPtr> blocks_ MILLRACE_GUARDED_BY(showing_);
};

}  // namespace millrace::core
