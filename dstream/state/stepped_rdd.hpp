#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace millrace::core {

/// The RDD of an updateStateByKey whose function takes whole partitions. The first job that needs it makes its blocks
/// of states from those of the RDD before. Then it drops its inputs, and the RDD before drops its blocks, unless that
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

  void prepare() override;
  void pin() override;
  BlockPtr block(int partition) override;

 protected:
  ReaderPtr compute(int partition) override { return openBlock(block(partition)); }

 private:
  void make();
  void letGo();

  std::mutex making_;  // held while blocks are made, in tasks: so no task may wait for it
  Step step_;
  bool done_ = false;
  std::mutex showing_;  // guards what follows
  bool kept_;
  std::vector<BlockPtr> blocks_;
};

}  // namespace millrace::core
