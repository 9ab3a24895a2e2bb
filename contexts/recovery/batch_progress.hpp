#pragma once

#include <millrace/dstream/core/time.hpp>

#include <cstddef>
#include <map>
#include <optional>

namespace millrace::core {

/// Knows how far a run is complete. Batches are made in the order of their times and end in any order. A batch of which an
/// output has failed is never complete, and none after it is: a later run has to run them again. One thread at a time.
class BatchProgress {
 public:
  /// A batch is about to run.
  void begin(Time time);
  /// Its outputs have ended.
  void end(Time time, bool succeeded);

  /// The newest batch that is complete with all before it, unless an earlier call gave it already.
  std::optional<Time> advance();
  /// The batch whose failure keeps the later ones from being complete.
  std::optional<Time> failed() const { return oldest(State::kFailed); }
  /// The oldest batch of which the outputs have not ended.
  std::optional<Time> oldestRunning() const { return oldest(State::kRunning); }
  /// How many batches have begun that are not complete.
  std::size_t incomplete() const { return batches_.size(); }

 private:
  enum class State { kRunning, kDone, kFailed };

  std::optional<Time> oldest(State state) const;

  std::map<Time, State> batches_;
};

}  // namespace millrace::core
