#pragma once

#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <cstdint>
#include <memory>
#include <variant>

namespace millrace::core {

struct StateTables;

/// How a stream operator takes part in the long-lived graph of a continuous run. ByRecord, Concatenated and Exchanged
/// hand records on at once, as long as all operators above them do so too. Shuffled writes records into tables as they
/// arrive. All other operators work on the RDDs of whole epochs.
struct ByEpoch {};
struct ByRecord {
  StepPtr step;
};
/// The parents' partitions one after another.
struct Concatenated {};
struct Shuffled {
  ShuffleSpecPtr spec;
  PartitionerPtr partitioner;
};
/// Sends records to other partitions as they arrive. With a `state`, its function is called for them there, and what it
/// emits goes on.
struct Exchanged {
  ExchangeSpecPtr spec;
  int outputs = 0;
  std::shared_ptr<StateTables> state;
  NodePtr initial;           // states to begin with, by partition; may be null
  std::int64_t sweepMs = 0;  // how often idle states are looked for
};
/// Gives the state of the parent, an Exchanged, at the end of each epoch.
struct StateOf {};
struct Flow : std::variant<ByEpoch, ByRecord, Concatenated, Shuffled, Exchanged, StateOf> {
  using variant::variant;
};

}  // namespace millrace::core
