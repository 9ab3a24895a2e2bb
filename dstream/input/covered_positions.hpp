#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/source_positions.hpp>
#include <millrace/dstream/core/time.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// Knows which positions the batches of a source cover, in this run and in those before it: what InputNode asks a source that can be
/// read again. Thread-safe.
class CoveredPositions {
 public:
  using Positions = std::vector<SourcePositions>;

  /// Says that the batch of `time` covers these positions. In the order of times.
  void add(Time time, Positions covered);
  /// The batches up to this time are over.
  void forget(Time upTo);

  std::vector<BatchInput> takeInputs(Time upTo);
  std::string placeBehind(Time time) const;
  void resumeAt(std::string_view place);
  void replay(Time time, std::string_view input, bool isSkipped);

  /// Behind which positions the source goes on, by part; none if it begins anew.
  Positions goesOnBehind() const;
  /// What an earlier run had for the batch.
  struct Replayed {
    Positions positions;
    bool isEmpty = false;  // it reads nothing, whatever the positions are
  };
  /// Nothing if the batch is none of an earlier run's. Once for each.
  std::optional<Replayed> takeReplayed(Time time);

 private:
  using Place = std::map<std::string, SourcePositions>;  // by part
  struct Batch {
    Positions covered;
    Place place;  // behind it
    bool isTaken = false;
  };

  mutable Mutex mutex_;
  std::map<Time, Batch> batches_ MILLRACE_GUARDED_BY(mutex_);
  Place place_ MILLRACE_GUARDED_BY(mutex_);         // behind the newest batch
  Place goesOnBehind_ MILLRACE_GUARDED_BY(mutex_);  // behind the last one of an earlier run
  std::map<Time, Replayed> replayed_ MILLRACE_GUARDED_BY(mutex_);
  Time replayedUpTo_ MILLRACE_GUARDED_BY(mutex_){-1};
};

}  // namespace millrace::core
