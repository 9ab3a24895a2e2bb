#pragma once

#include <millrace/dstream/core/stream_node.hpp>

namespace millrace::core {

/// Throws IllegalArgument unless window and slide are positive multiples of the parent's slide.
void checkWindow(const std::string& kind, const StreamNode& parent, Duration window, Duration slide);

/// The parent's RDDs of the last `window`, concatenated, oldest first. A parent without a storage level is persisted,
/// by `store`; to persist the window is to persist the parent.
StreamPtr windowStream(const StreamPtr& parent, Duration window, Duration slide, StoreFn store);

}  // namespace millrace::core
