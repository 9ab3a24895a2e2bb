#pragma once

#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <cstdint>
#include <memory>
#include <variant>

namespace millrace::core {

struct StateTables;

/// How a stream operator takes part in a long-lived graph. Records flow on through ByRecord, Concatenated and Exchanged,
/// as long as everything above is one of these too; Shuffled writes them into tables as they arrive; whatever else there
/// is sees the epoch's RDDs.
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
/// Records go to other partitions as they arrive, and, with a state, come out as what its function emits.
struct Exchanged {
  ExchangeSpecPtr spec;
  int outputs = 0;
  std::shared_ptr<StateTables> state;
  NodePtr initial;           // states to begin with, by partition; may be null
  std::int64_t sweepMs = 0;  // how often idle states are looked for
};
/// What the parent's state is at the end of an epoch.
struct StateOf {};
struct Flow : std::variant<ByEpoch, ByRecord, Concatenated, Shuffled, Exchanged, StateOf> {
  using variant::variant;
};

}  // namespace millrace::core
