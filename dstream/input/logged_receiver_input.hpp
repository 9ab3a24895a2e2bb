#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/io/receiver_logs.hpp>
#include <millrace/io/receiver_tracker.hpp>

#include <memory>
#include <string>

namespace millrace::core {

/// The stream of the records of a receiver that stores into a log: a source that can be read again, whose positions are the
/// numbers of its blocks. A batch has a partition for each of its blocks, in the order in which they came, and no partitions
/// without blocks. Where its records cannot be written, `validate` throws Unsupported with the cure.
///
/// The log is in a directory that has the operator's name, or its number if it has none. A place of the source says which, so
/// that an operator that has another number in a later run goes on with its own.
StreamPtr loggedReceiverStream(const std::shared_ptr<StreamGraph>& graph, const std::string& kind,
                               const std::shared_ptr<ReceiverLogs>& logs, const ReceivedForm& form,
                               const std::shared_ptr<ReceiverTracker>& tracker,
                               std::unique_ptr<ReceiverBase> receiver);

}  // namespace millrace::core
