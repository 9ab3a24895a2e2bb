#pragma once

#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/input/node_queue.hpp>
#include <millrace/rdd/core/graph/source.hpp>
#include <millrace/rdd/core/records/vector_block.hpp>
#include <millrace/rdd/rdd.hpp>

namespace millrace::core {

/// An RDD of one partition that holds nothing.
template <class T>
RDD<T> emptyPartition(EnginePtr engine) {
  std::vector<BlockPtr> blocks{std::make_shared<VectorBlock<T>>(PooledVector<owned_t<T>>())};
  return RDD<T>(blockNode(std::move(engine), rddOperator("emptyRDD"), std::move(blocks)));
}

/// The source of queueStream: a batch takes one RDD from the queue if `oneAtATime`, else all. Where the queue is empty,
/// the batch has `whenEmpty`, or an RDD without partitions if that is null.
class QueueInput final : public InputNode {
 public:
  QueueInput(const std::shared_ptr<StreamGraph>& graph, NodeQueue queue, bool oneAtATime, NodePtr whenEmpty);

  /// Unsupported with checkpoints: RDDs of the program are gone with it. (Spark refuses it, too)
  void validate() const override;

 protected:
  NodePtr compute(Time) override;

 private:
  NodeQueue queue_;
  bool oneAtATime_;
  NodePtr whenEmpty_;
};

}  // namespace millrace::core
