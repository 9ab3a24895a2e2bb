#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/state/moving_tables.hpp>
#include <millrace/dstream/state/table_codec.hpp>
#include <millrace/rdd/core/graph/partitioner.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace millrace::core {

/// What a slide of a window is made of: tables of batches (see CombineSpec), in order of time. The leaving batches are
/// the oldest that have entered. A fold that recovers gets only their number, but `all` batches of the window then, of
/// which the entering ones are the last.
struct WindowSlide {
  std::size_t leaves;
  std::span<const BlockPtr> leaving;
  std::span<const BlockPtr> entering;
  std::span<const BlockPtr> all;
};

/// A window's own mutable tables, one per partition, kept up to date by what enters and what leaves. Costs what changed.
struct WindowFold : MovingTables {
  virtual void slide(int partition, const WindowSlide& slide) = 0;
  /// How the tables of batches are written.
  virtual BlockCodec batchCodec() const = 0;
};

/// Whether a window shows traces of what has left it, so that it has to be checkpointed.
enum class KeepsState { kForItsWindow, kForEver };

/// The stream of a window that is kept up to date over a stream whose RDDs are tables: after each slide its RDD is what
/// the fold holds. RDDs that can be asked for later than the next slide keep theirs. Persisting it persists the
/// reduced stream too.
StreamPtr movingWindow(const std::string& kind, const StreamPtr& reduced, Duration window, Duration slide,
                       std::unique_ptr<WindowFold> fold, PartitionerPtr partitioner, KeepsState keeps);

}  // namespace millrace::core
