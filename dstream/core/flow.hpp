#pragma once

#include <millrace/rdd/core/shuffle.hpp>
#include <millrace/rdd/core/step.hpp>

#include <variant>

namespace millrace::core {

/// How a stream operator takes part in a long-lived graph. Records flow through as long as everything above is ByRecord
/// or Concatenated; Shuffled writes them into tables as they arrive; whatever else there is sees the epoch's RDDs.
struct ByEpoch {};
struct ByRecord {
  StepPtr step;
};
struct Concatenated {};
struct Shuffled {
  ShuffleSpecPtr spec;
  PartitionerPtr partitioner;
};
using Flow = std::variant<ByEpoch, ByRecord, Concatenated, Shuffled>;

}  // namespace millrace::core
