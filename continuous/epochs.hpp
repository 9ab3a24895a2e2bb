#pragma once

#include <millrace/continuous/plan.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/records/block.hpp>
#include <millrace/rdd/core/shuffle/shuffle.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace millrace::core {

using Epoch = std::int64_t;

/// Where a partition of a source ended up at a sink: which parents of unions it came through, the last union
/// first, then its number. Parts in this order are the partitions that the micro-batch has.
struct PartitionPath {
  std::vector<int> edges;
  int partition = 0;
  auto operator<=>(const PartitionPath&) const = default;
};

/// What one partition of a source gave to a sink in one epoch: a block, the files of a shuffle, or what a writer
/// threw.
struct SinkPartition {
  BlockPtr block;
  std::vector<ShuffleFilePtr> files;
  std::exception_ptr failure = nullptr;
};

/// What an epoch has brought: its partitions by sink, and how many records came from each source that counts them.
struct EpochResult {
  std::vector<std::map<PartitionPath, SinkPartition>> sinks;
  std::map<std::size_t, std::int64_t> received;
};

/// Epochs that have begun and not ended. An epoch is closed when all cells have closed it; epochs close in order.
/// Thread-safe.
class Epochs {
 public:
  /// Called for each epoch in order, by the thread that closed it last.
  using Closed = std::function<void(Epoch epoch, EpochResult result)>;

  /// The first one is expected to end a `length` after `zeroTime`.
  Epochs(std::size_t sinks, int cells, Time zeroTime, Duration length, Closed closed)
      : sinks_(sinks), cells_(cells), length_(length), closed_(std::move(closed)), last_(zeroTime) {}

  /// Waits until fewer than `most` epochs are open; false when stopped or `deadline` passed.
  bool awaitFewerThan(std::size_t most, std::chrono::steady_clock::time_point deadline);
  /// The next epoch, which ends at `time`.
  Epoch begin(Time time);
  /// When an open epoch ends, or one that has not begun will, as far as can be told.
  Time timeOf(Epoch epoch);
  void add(Epoch epoch, std::size_t sink, PartitionPath key, SinkPartition partition);
  void addReceived(Epoch epoch, std::size_t source, std::int64_t records);
  /// How many are open.
  std::size_t open();
  /// One cell has closed the epoch.
  void cellClosed(Epoch epoch);
  void stop();
  /// The oldest epoch that is open, if it should have ended before `time`.
  std::optional<Epoch> oldestBefore(Time time);

 private:
  struct Open {
    Time time;
    int cellsLeft;
    EpochResult result;
  };

  const std::size_t sinks_;
  const int cells_;
  const Duration length_;
  const Closed closed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Epoch, Open> open_;
  Epoch next_ = 0;
  Time last_;
  bool delivering_ = false;
  bool stopped_ = false;
};

}  // namespace millrace::core
