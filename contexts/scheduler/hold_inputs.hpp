#pragma once

#include <millrace/dstream/core/stream_graph.hpp>
#include <millrace/io/receiver_tracker.hpp>

namespace millrace::core {

/// While they are held, receivers can store nothing and polled partitions give nothing but marks: what comes faster than it can
/// be worked on waits where it comes from.
void holdInputs(const StreamGraph& graph, ReceiverTracker& tracker, bool on);

}  // namespace millrace::core
