#pragma once

#include <millrace/dstream/core/stream_node.hpp>

#include <vector>

namespace millrace::core {

/// A stream that has, in each batch, the records of all parents, one parent after another. IllegalArgument unless all
/// are of the same context and have the same slide; SparkException where one has no RDD.
StreamPtr unionStream(std::vector<StreamPtr> parents);

}  // namespace millrace::core
