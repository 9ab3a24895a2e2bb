#pragma once

#include <millrace/dstream/core/time.hpp>
#include <millrace/io/store/state_delta.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <vector>

namespace millrace::core {

/// What one partition of a state has to say in a cut. Operators are known by their number and name.
struct StatePart {
  OperatorPtr state;
  int partition;
  StateDeltaPtr delta;
};

/// Takes the cuts of a running program: a cut of time T is what its states hold when all input up to T has been applied to
/// them, and nothing later. Both modes make it in the same form.
class CutSink {
 public:
  virtual ~CutSink() = default;
  /// Whether the states are to be cut after the batch or epoch of `time`. Asked when that begins, in the order of times.
  virtual bool wants(Time time) = 0;
  /// What has changed from the cut before to this one, or, in the first one, all there is: what is not in that has no state.
  /// Several parts of one partition of a state apply in their order; a partition without a part has not changed. Called in the
  /// order of times, on the thread of a job: what is to be encoded and written is left to another one.
  virtual void take(Time time, std::vector<StatePart> parts) = 0;
};

}  // namespace millrace::core
