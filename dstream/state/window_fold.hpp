#pragma once

#include <millrace/dstream/core/batch_form.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/state/moving_tables.hpp>
#include <millrace/rdd/core/graph/partitioner.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace millrace::core {

/// The batches that change one partition of a window's tables in one slide: a block per batch, its table (see
/// CombineSpec), oldest first. `leaving` batches are in the window no longer, `entering` ones are new. A fold that
/// `recovers()` gets only the number of leaving batches, `leaves`; and, while it needs them, `all` batches of the new
/// window, of which the entering ones are the last.
struct WindowSlide {
  std::size_t leaves;
  std::span<const BlockPtr> leaving;
  std::span<const BlockPtr> entering;
  std::span<const BlockPtr> all;
};

/// The tables of a window, one per partition. `slide` changes them by the batches that leave and enter, so it costs
/// what these hold, and not what the window holds.
struct WindowFold : MovingTables {
  virtual void slide(int partition, const WindowSlide& slide) = 0;
  /// True while the next slide has to build tables anew, from all batches of the window.
  virtual bool needsAll() const { return false; }
};

/// For how long the values of a batch have an effect on a window: while it is in the window, or for ever (a key stays
/// with its zero value). The latter has to be checkpointed.
enum class KeepsState { kForItsWindow, kForEver };

/// The stream of a window that is kept up to date over `reduced`, a stream whose blocks are tables: its RDDs show what
/// the fold holds after each slide. `batches` says how those of `reduced` are kept. An RDD that may be read after the next slide keeps its tables. Persisting the
/// window persists `reduced` too.
StreamPtr movingWindow(const std::string& kind, const StreamPtr& reduced, Duration window, Duration slide,
                       std::unique_ptr<WindowFold> fold, std::shared_ptr<const BatchForm> batches,
                       PartitionerPtr partitioner, KeepsState keeps);

}  // namespace millrace::core
