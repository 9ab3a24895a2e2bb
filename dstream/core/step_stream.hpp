#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>
#include <millrace/rdd/partitioner.hpp>

#include <string>

namespace millrace::core {

/// A stream that applies a step, such as that of map or filter, to the records of each batch.
StreamPtr stepStream(const std::string& kind, const StreamPtr& parent, Partitioning partitioning,
                     StepFunction function);

/// The same for a step that has to see all records of a partition, such as that of glom: in a long-lived graph it is
/// applied at the end of the epoch, not to records as they arrive.
StreamPtr partitionStream(const std::string& kind, const StreamPtr& parent, Partitioning partitioning,
                          StepFunction function);

/// A stream that shuffles each batch of its parent, by key: reduceByKey and its kin. No RDD where the parent has none.
StreamPtr shuffleStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec,
                        PartitionerPtr partitioner);

/// How the keys of an operation on streams are spread over partitions: as the user says in `partitions`, else by hash,
/// over as many as the default parallelism of the stream's engine, whatever the partitions of the parents are.
PartitionerPtr partitionerOf(const Partitions& partitions, const StreamNode& stream);

}  // namespace millrace::core
