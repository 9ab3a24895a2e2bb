#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <functional>
#include <string>
#include <vector>

namespace millrace::core {

/// IllegalArgument, naming `what`, unless there are streams, and all are of one context and slide alike.
void checkTogether(const std::string& what, const std::vector<StreamPtr>& streams);

/// Makes the RDD of a time from the RDDs that the parents have at that time.
using CombineFn = std::function<NodePtr(const OperatorPtr& info, std::vector<NodePtr> rdds, Time time)>;

/// The stream of what a user's function makes of its parents' RDDs, on the driver, batch by batch. SparkException, with
/// the cure, where a parent has no RDD or the function gives the null RDD.
StreamPtr transformedStream(const std::string& kind, std::vector<StreamPtr> parents, CombineFn function);

/// A shuffle of several streams by key: cogroup and the joins. SparkException where a parent has no RDD.
StreamPtr cogroupedStream(const std::string& kind, std::vector<StreamPtr> parents, ShuffleSpecPtr spec,
                          PartitionerPtr partitioner);

/// A shuffle of one stream into one partition, whatever its records are: reduce and count. `needsRdd` says whether a
/// batch in which the parent has no RDD is an error (SparkException), or has no result.
StreamPtr foldedStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec, bool needsRdd);

}  // namespace millrace::core
