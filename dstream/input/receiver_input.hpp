#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <memory>
#include <string>

namespace millrace::core {

/// The stream of the records that a receiver stores. The tracker cuts them into blocks and says which batch a block
/// belongs to; a batch has a partition for each of its blocks, in the order in which they came, and no partitions
/// without blocks.
StreamPtr receiverStream(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                         const std::shared_ptr<ReceiverTracker>& tracker,
                         std::unique_ptr<ReceiverBase> receiver);

}  // namespace millrace::core
