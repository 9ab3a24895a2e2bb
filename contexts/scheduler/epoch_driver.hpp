#pragma once

#include <millrace/base/detachable_thread.hpp>
#include <millrace/continuous/epochs.hpp>
#include <millrace/dstream/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace millrace::core {

/// What is known of an epoch when it begins.
struct BegunEpoch {
  Time time;                             // when it ends
  std::set<std::size_t> absentSources;   // sources that have no RDD at that time, not even an empty one
  std::exception_ptr failure = nullptr;  // what a source threw when it was asked for its RDD
};

/// An epoch that all cells of its graph have closed.
struct ClosedEpoch {
  BegunEpoch begun;
  EpochResult result;
};

/// Has the jobs of closed epochs made, one epoch after the other, on a thread of its own: transforms run there, and
/// building jobs must hold up neither the cells, which close epochs, nor the timer. Thread-safe.
class EpochDriver {
 public:
  /// Must not throw.
  using MakeJobs = std::function<void(ClosedEpoch& epoch)>;

  EpochDriver();
  EpochDriver(const EpochDriver&) = delete;
  EpochDriver& operator=(const EpochDriver&) = delete;

  /// `makeJobs` is kept until the thread has ended, even if that is later than this driver's end. Once only.
  void start(MakeJobs makeJobs);
  /// Queues an epoch.
  void add(ClosedEpoch epoch);
  /// How many epochs are queued, with the one whose jobs are being made.
  std::size_t pending() const;
  bool isMaking() const;
  /// Waits until no epoch is pending; false if one is at `deadline`.
  bool awaitIdle(std::chrono::steady_clock::time_point deadline) const;
  /// Drops the queued epochs, and waits for the one whose jobs are being made. False if that still goes on at `deadline`:
  /// then the thread is left to itself.
  bool stop(std::chrono::steady_clock::time_point deadline);
  /// True on the driver's thread.
  bool isOwnThread() const;

 private:
  struct State;
  const std::shared_ptr<State> state_;
  std::optional<DetachableThread> thread_;
};

}  // namespace millrace::core
