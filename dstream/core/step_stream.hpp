#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/shuffle.hpp>
#include <millrace/rdd/core/step.hpp>

#include <string>

namespace millrace::core {

/// A narrow stream operator: the same step on each batch.
StreamPtr stepStream(const std::string& kind, const StreamPtr& parent, Partitioning partitioning,
                     StepFunction function);

/// The same for a step that looks at whole partitions: it waits for the end of the batch.
StreamPtr partitionStream(const std::string& kind, const StreamPtr& parent, Partitioning partitioning,
                          StepFunction function);

/// A wide stream operator of one parent: the same shuffle on each batch. No RDD where the parent has none.
StreamPtr shuffleStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec,
                        PartitionerPtr partitioner);

/// The partitioner of a pair operation on streams when the user names none: by hash, with default parallelism.
PartitionerPtr defaultPartitioner(const StreamNode& stream);

}  // namespace millrace::core
