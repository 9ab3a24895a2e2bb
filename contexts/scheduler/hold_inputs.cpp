#include <millrace/contexts/scheduler/hold_inputs.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/polled_source.hpp>

namespace millrace::core {

void holdInputs(const StreamGraph& graph, ReceiverTracker& tracker, bool on) {
  tracker.hold(on);
  for (const InputPtr& input : graph.inputs()) {
    if (PolledSource* polled = input->polled()) polled->hold(on);
  }
}

}  // namespace millrace::core
