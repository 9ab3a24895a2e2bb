#include <millrace/base/error.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

namespace millrace::core {

InputNode::InputNode(const std::shared_ptr<StreamGraph>& graph, const std::string& kind)
    : StreamNode(graph, kind, graph->batchDuration()), inputId_(graph->inputCount()) {}

std::string InputNode::inputName() const { return info()->kind + " [" + std::to_string(inputId_) + "]"; }

std::vector<SourcePositions> InputNode::positionsOf(Time) const { return {}; }

InputMetadata InputNode::metadataOf(Time time) const { return metadataOfPositions(positionsOf(time)); }

void InputNode::requireRunning(const NodePtr& rdd) const { core::requireRunning(inputName(), rdd); }

}  // namespace millrace::core
