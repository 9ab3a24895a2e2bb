#pragma once

#include <millrace/dstream/core/record_writer.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/core/time.hpp>

#include <functional>
#include <string>

namespace millrace::core {

/// What an output operation does with the RDD of a batch.
using OutputAction = std::function<void(const NodePtr& rdd, Time time)>;

/// Gives a stream an output operation: in each batch, `action` is called with the stream's RDD, where there is one.
/// `directories`: what it writes to, if it is files, with a word for the time of the batch; no other output may write there.
/// IllegalState, naming `kind`, once the graph has started or stopped.
void addOutput(StreamPtr stream, const std::string& kind, OutputAction action,
               const std::string& directories = {});
/// The same for an output operation that takes records one by one: it needs no RDD where records flow as they arrive.
void addOutput(StreamPtr stream, const std::string& kind, RecordWriterFactory writer);

}  // namespace millrace::core
