#pragma once

#include <millrace/dstream/core/stream_node.hpp>

#include <vector>

namespace millrace::core {

/// The parents' records of each batch, one parent after another. IllegalArgument unless all are of the same context and
/// have the same slide.
StreamPtr unionStream(std::vector<StreamPtr> parents);

}  // namespace millrace::core
