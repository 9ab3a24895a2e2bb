#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/dstream/state/moving_tables.hpp>

namespace millrace::core {

/// The states of updateStateByKey, one table per partition.
struct UpdateTables : MovingTables {
  /// Takes over `states` (may be null), which are the initial ones, or those of the batch before, brought to the partitions
  /// of their keys. Then calls the function, for all keys that have a state or new values (`values` may be null).
  virtual void update(int partition, Time time, const BlockPtr& values, const BlockPtr& states) = 0;
  /// True if the function may give states of keys of other partitions.
  virtual bool movesKeys() const { return false; }
};

}  // namespace millrace::core
