#pragma once

#include <millrace/dstream/core/batch_form.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/rdd/core/graph/gather.hpp>

#include <memory>

namespace millrace::core {

/// Throws IllegalArgument, naming `kind`, unless window and slide are positive multiples of the parent's slide.
void checkWindow(const std::string& kind, const StreamNode& parent, Duration window, Duration slide);

/// A stream that every `slide` has the union of the parent's RDDs of the last `window` (keyedUnionNode), oldest first.
/// Persists the parent, with `store`, unless that was persisted before; a call to persist the window persists the
/// parent. `batches` says how its RDDs are kept over a restart.
StreamPtr windowStream(const StreamPtr& parent, Duration window, Duration slide, const StoredForm& form,
                       ConcatFn concat, std::shared_ptr<const BatchForm> batches);

}  // namespace millrace::core
