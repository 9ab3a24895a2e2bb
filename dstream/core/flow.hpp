#pragma once

#include <millrace/rdd/core/graph/step.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <cstdint>
#include <memory>
#include <variant>

namespace millrace::core {

struct StateTables;

// The ways in which a stream operator can take part in a long-lived graph; Flow, below, is one of them.

/// The operator waits for the end of an epoch: its compute(Time) makes an RDD of those that its parents have then.
struct ByEpoch {};
/// The step is applied to records as they arrive.
struct ByRecord {
  StepPtr step;
};
/// Records flow on from all parents; the parents' partitions stand one after another.
struct Concatenated {};
/// Records are written into the tables of a shuffle as they arrive, and the tables are merged at the end of the epoch.
struct Shuffled {
  ShuffleSpecPtr spec;
  PartitionerPtr partitioner;
};
/// Records are sent to other partitions as they arrive. Without a state they flow on from there; with one, the state's
/// function takes them, and what it emits flows on.
struct Exchanged {
  ExchangeSpecPtr spec;
  int outputs = 0;
  std::shared_ptr<StateTables> state;  // may be null
  NodePtr initial;                     // states to begin with, by partition; may be null
  std::int64_t sweepMs = 0;            // how often idle states are looked for
};
/// The operator has no records of its own: its RDD shows the state of its parent at the end of an epoch.
struct StateOf {};

/// How a stream operator takes part in the long-lived graph of continuous mode, in which records flow through ByRecord,
/// Concatenated and Exchanged as they arrive, as long as the same is true of every operator above. All others take
/// their parents' records epoch by epoch: Shuffled in its tables, the rest as RDDs.
struct Flow : std::variant<ByEpoch, ByRecord, Concatenated, Shuffled, Exchanged, StateOf> {
  using variant::variant;
};

}  // namespace millrace::core
