#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/state/update_tables.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <memory>

namespace millrace::core {

/// What the stream of updateStateByKey, which knows no record type, needs of its types.
struct UpdateWork {
  std::shared_ptr<UpdateTables> tables;
  ShuffleSpecPtr values;   // groups new values by key
  ExchangeSpecPtr states;  // brings states to the partition of their key
  NodePtr initial;         // null: none
  PartitionerPtr partitioner;
  bool rememberPartitioner = true;  // as the user says: all states are where the partitioner says
};

/// The stream of all (key, state) after each batch. A batch has no RDD before the parent's first one.
StreamPtr updateStateStream(const StreamPtr& parent, UpdateWork work);

}  // namespace millrace::core
