#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <functional>
#include <string>
#include <vector>

namespace millrace::core {

/// Throws IllegalArgument, naming `what`, if there is no stream, or if not all are of one context and one slide.
void checkTogether(const std::string& what, const std::vector<StreamPtr>& streams);

/// Makes one RDD of the parents' RDDs of one time, which are in the order of the parents.
using CombineFn = std::function<NodePtr(const OperatorPtr& info, std::vector<NodePtr> rdds, Time time)>;

/// A stream whose RDDs a user's function makes of the parents' RDDs: transform and transformWith. The function runs on
/// the driver, while a batch is being made. SparkException, with the cure, where a parent has no RDD or the function
/// gives the null RDD.
StreamPtr transformedStream(const std::string& kind, std::vector<StreamPtr> parents, CombineFn function);

/// A stream that shuffles the batches of several parents together, by key: cogroup and the joins. SparkException where
/// a parent has no RDD.
StreamPtr cogroupedStream(const std::string& kind, std::vector<StreamPtr> parents, ShuffleSpecPtr spec,
                          PartitionerPtr partitioner);

/// A stream that shuffles each batch of its parent into one partition, whatever the records are: reduce and count.
/// Where the parent has no RDD, there is no result either, or, with `needsRdd`, a SparkException.
StreamPtr foldedStream(const std::string& kind, const StreamPtr& parent, ShuffleSpecPtr spec, bool needsRdd);

}  // namespace millrace::core
