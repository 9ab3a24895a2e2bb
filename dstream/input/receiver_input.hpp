#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <memory>
#include <string>

namespace millrace::core {

/// The stream of what a receiver stores: one partition per block of the batch, in the order in which they came. A batch
/// without blocks is an RDD without partitions.
StreamPtr receiverStream(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                         const std::shared_ptr<ReceiverTracker>& tracker,
                         std::unique_ptr<ReceiverBase> receiver);

}  // namespace millrace::core
