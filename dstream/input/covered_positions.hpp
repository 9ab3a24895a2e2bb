#pragma once

#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/source_positions.hpp>
#include <millrace/dstream/core/time.hpp>

#include <memory>
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

  CoveredPositions();
  ~CoveredPositions();

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
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace millrace::core
