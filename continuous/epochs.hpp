#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/continuous/plan.hpp>
#include <millrace/dstream/core/cut.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/io/position.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace millrace::core {

using Epoch = std::int64_t;

/// Where a partition of a source ended up at a sink: through which parents of unions its records came, the last union
/// first, then its number at the source. In the order of their paths, these are the partitions that a batch has.
struct PartitionPath {
  std::vector<int> edges;
  int partition = 0;
  auto operator<=>(const PartitionPath&) const = default;
};

/// What a sink has of one partition in one epoch: a block, the files of a shuffle, or what a writer threw.
struct SinkPartition {
  BlockPtr block;
  std::vector<ShuffleFilePtr> files;
  std::exception_ptr failure = nullptr;
};

/// All that a sink has in one epoch.
using SinkPartitions = std::map<PartitionPath, SinkPartition>;

/// What an epoch has brought: what each sink has, how many records each source sent in blocks, which positions of the
/// partitions of polled sources it covers, and, if the states are cut after it, what has changed in those that cells keep.
struct EpochResult {
  std::vector<SinkPartitions> sinks;
  std::map<std::size_t, std::int64_t> received;
  std::map<std::size_t, std::map<int, PositionRange>> positions;
  std::vector<StatePart> states;
};

/// The open epochs of a graph: those that have begun and are not over. Cells put into an epoch what they have gathered in
/// it; when all cells have closed it, its result is handed on, in the order of the epochs, and the epoch is over.
/// Thread-safe.
class Epochs {
 public:
  /// Gets the result of an epoch, on the thread of the cell that was the last to close one. Until it has returned, the
  /// epoch counts as open.
  using Closed = std::function<void(Epoch epoch, EpochResult result)>;

  /// For so many sinks and cells. The first epoch is expected to end a `length` after `begunAfter`.
  Epochs(std::size_t sinks, int cells, Time begunAfter, Duration length, Closed closed)
      : sinks_(sinks), cells_(cells), length_(length), closed_(std::move(closed)), last_(begunAfter) {}

  /// Waits until fewer than `most` epochs are open; false when stopped or `deadline` passed.
  bool awaitFewerThan(std::size_t most, std::chrono::steady_clock::time_point deadline);
  /// Begins the next epoch, which ends at `time`. `isCut`: the states are cut when it closes.
  Epoch begin(Time time, bool isCut = false);
  bool isCut(Epoch epoch);
  /// The time at which an open epoch ends; of one that has not begun, the time expected from the epochs before it.
  Time timeOf(Epoch epoch);
  /// The time at which an epoch that is open, or is the next, begins: the end of the one before.
  Time beginOf(Epoch epoch);
  /// Adds what a sink has of a partition, what has changed in one of a state, how many records a source sent, and what a
  /// partition of it gave.
  void add(Epoch epoch, std::size_t sink, PartitionPath key, SinkPartition partition);
  void addState(Epoch epoch, StatePart part);
  void addReceived(Epoch epoch, std::size_t source, std::int64_t records);
  void addPositions(Epoch epoch, std::size_t source, int partition, const PositionRange& covered);
  /// How many are open.
  std::size_t open();
  /// Says that one cell has closed the epoch. May hand on the results of this one and of later ones.
  void cellClosed(Epoch epoch);
  /// No epoch is waited for any more.
  void stop();
  /// The oldest epoch that is open, if it should have ended before `time`.
  std::optional<Epoch> oldestBefore(Time time);

 private:
  struct Open {
    Time begin;
    Time time;
    bool isCut;
    int cellsLeft;
    EpochResult result;
  };

  /// Hands on the oldest epoch's result, without the lock.
  void deliverOldest() MILLRACE_REQUIRES(mutex_);

  const std::size_t sinks_;
  const int cells_;
  const Duration length_;
  const Closed closed_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::map<Epoch, Open> open_ MILLRACE_GUARDED_BY(mutex_);
  Epoch next_ MILLRACE_GUARDED_BY(mutex_) = 0;
  Time last_ MILLRACE_GUARDED_BY(mutex_);
  bool delivering_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool stopped_ MILLRACE_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::core
