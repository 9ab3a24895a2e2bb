#include <millrace/base/error.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/rdd/core/graph/engine.hpp>

namespace millrace::core {

InputNode::InputNode(const std::shared_ptr<StreamGraph>& graph, const std::string& kind)
    : StreamNode(graph, kind, graph->batchDuration()), inputId_(graph->inputCount()) {}

std::string InputNode::inputName() const { return info()->kind + " [" + std::to_string(inputId_) + "]"; }

std::vector<SourcePositions> InputNode::positionsOf(Time) const { return {}; }

InputMetadata InputNode::metadataOf(Time time) const { return metadataOfPositions(positionsOf(time)); }

void InputNode::requireRunning(const NodePtr& rdd) const {
  if (rdd != nullptr && rdd->engine().isStopped())
    throw IllegalState(
        inputName() +
        " was given an RDD of a SparkContext that has been stopped: make it on the context of the stream");
}

}  // namespace millrace::core
