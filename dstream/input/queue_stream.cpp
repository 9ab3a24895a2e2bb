#include <millrace/base/error.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/dstream/input/queue_stream.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <utility>

namespace millrace::core {

QueueInput::QueueInput(const std::shared_ptr<StreamGraph>& graph, NodeQueue queue, bool oneAtATime,
                       NodePtr whenEmpty)
    : InputNode(graph, "Queue stream"),
      queue_(std::move(queue)),
      oneAtATime_(oneAtATime),
      whenEmpty_(std::move(whenEmpty)) {}

void QueueInput::validate() const {
  InputNode::validate();
  if (graph()->cuts())
    throw Unsupported(
        inputName() +
        " does not go with a checkpoint: its RDDs are gone with the process. Use another source, or leave "
        "out StreamingContext::checkpoint");
}

NodePtr QueueInput::compute(Time) {
  std::vector<NodePtr> taken = queue_.take(oneAtATime_);
  if (taken.empty() && whenEmpty_ != nullptr) taken.push_back(whenEmpty_);
  for (const NodePtr& rdd : taken) requireRunning(rdd);
  if (taken.size() == 1) return taken[0];
  return unionNode(engine(), info(), std::move(taken));
}

}  // namespace millrace::core
