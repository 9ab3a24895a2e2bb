#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/core/output_operation.hpp>
#include <millrace/dstream/core/stream_graph.hpp>

#include <memory>
#include <utility>

namespace millrace::core {

void addOutput(StreamPtr stream, const std::string& kind, OutputAction action,
               const std::string& directories) {
  auto graph = stream->graph();
  graph->addOutput(
      std::make_shared<OutputOperation>(std::move(stream), kind, std::move(action), directories));
}

void addOutput(StreamPtr stream, const std::string& kind, RecordWriterFactory writer) {
  auto graph = stream->graph();
  graph->addOutput(std::make_shared<OutputOperation>(std::move(stream), kind, std::move(writer)));
}

}  // namespace millrace::core
