#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/partitioner.hpp>

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

/// The partitioner of an operation by key on streams: as the user says, or by hash with default parallelism, whatever
/// the parents are.
PartitionerPtr partitionerOf(const Partitions& partitions, const StreamNode& stream);

}  // namespace millrace::core
