#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/input/rdd_queue.hpp>
#include <millrace/rdd/core/gather.hpp>
#include <millrace/rdd/core/source.hpp>
#include <millrace/rdd/core/vector_block.hpp>

namespace millrace::core {

/// An RDD of one partition that holds nothing.
template <class T>
RDD<T> emptyPartition(EnginePtr engine) {
  std::vector<BlockPtr> blocks{std::make_shared<VectorBlock<T>>(PooledVector<owned_t<T>>())};
  return RDD<T>(blockNode(std::move(engine), rddOperator("emptyRDD"), std::move(blocks)));
}

/// One queued RDD per batch, or all that wait. An empty queue gives the default RDD.
template <class T>
class QueueInput final : public InputNode {
 public:
  QueueInput(const std::shared_ptr<StreamGraph>& graph, RDDQueue<T> queue, bool oneAtATime, RDD<T> whenEmpty)
      : InputNode(graph, "Queue stream"),
        queue_(std::move(queue)),
        oneAtATime_(oneAtATime),
        whenEmpty_(std::move(whenEmpty)) {}

 protected:
  NodePtr compute(Time) override {
    auto taken = queue_.take(oneAtATime_);
    if (taken.size() == 1) return taken[0].node();
    std::vector<NodePtr> parents;
    for (const RDD<T>& rdd : taken) parents.push_back(rdd.node());
    if (parents.empty() && !whenEmpty_.isNull()) return whenEmpty_.node();
    return unionNode(engine(), info(), std::move(parents));
  }

 private:
  RDDQueue<T> queue_;
  bool oneAtATime_;
  RDD<T> whenEmpty_;
};

}  // namespace millrace::core
