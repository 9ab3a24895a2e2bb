#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <vector>

namespace millrace::core {

/// A stream whose RDD is, in each batch, the union of all parents' RDDs (keyedUnionNode). IllegalArgument unless all
/// are of the same context and have the same slide; SparkException where one has no RDD.
StreamPtr unionStream(std::vector<StreamPtr> parents, ConcatFn concat);

}  // namespace millrace::core
