#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/state/keyed_states.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <memory>

namespace millrace::core {

/// What the stream of mapWithState, which knows no record type, needs of its types.
struct StateWork {
  std::shared_ptr<StateTables> tables;
  ExchangeSpecPtr records;  // brings records to the partition of their key
  ExchangeSpecPtr states;   // the same for initial states
  NodePtr initial;          // null: none
  PartitionerPtr partitioner;
};

/// The stream of what the function emits.
StreamPtr mapWithStateStream(const StreamPtr& parent, StateWork work);

/// All (key, state) after each batch, of a stream made by mapWithStateStream.
StreamPtr stateSnapshotsStream(const StreamPtr& mapped);

}  // namespace millrace::core
