#pragma once

#include <millrace/base/mutex.hpp>
#include <millrace/dstream/core/cut.hpp>
#include <millrace/dstream/core/time.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace millrace::core {

/// Makes the cuts of a program. While a batch is being made, each stream that keeps a state says where in the order of its
/// changes the cut goes through; a job of the batch then takes what has changed up to there. Later batches may have been
/// made by then, or may even have changed the state already.
///
/// Where an input fails, the job fails too, and what it could not take joins the next cut. Thread-safe.
class Cuts {
 public:
  /// As many cuts as this may have failed one after another; then no further one is made.
  static constexpr std::size_t kMostFailed = 100;

  /// Adds to the parts of a cut what a stream has for it. It may throw, and is called again in a later cut then.
  using TakeParts = std::function<void(std::vector<StatePart>& parts)>;

  explicit Cuts(std::shared_ptr<CutSink> sink) : sink_(std::move(sink)) {}

  /// Whether the states are cut after the batch of `time`: as the sink says when it is first asked.
  bool isCut(Time time);
  /// Says what is to be taken for the cut of `time`: in the order of times.
  void add(Time time, TakeParts take);
  /// Takes all that was added up to `time`, and gives it to the sink, unless a later cut has done so. Throws what was thrown
  /// on the way. Not from inside a task.
  void take(Time time);

 private:
  struct Pending {
    Time time;
    TakeParts take;
  };

  void takePending(Time time) MILLRACE_REQUIRES(taking_);

  const std::shared_ptr<CutSink> sink_;
  Mutex taking_;                                               // held while a cut is taken, in tasks
  std::vector<StatePart> parts_ MILLRACE_GUARDED_BY(taking_);  // that were taken, and not given yet
  std::size_t failed_ MILLRACE_GUARDED_BY(taking_) = 0;
  Mutex mutex_;
  std::map<Time, bool> wanted_
      MILLRACE_GUARDED_BY(mutex_);  // the answers of the sink that may be asked for again
  std::deque<Pending> pending_ MILLRACE_GUARDED_BY(mutex_);
  Time given_ MILLRACE_GUARDED_BY(mutex_){-1};
  bool ended_ MILLRACE_GUARDED_BY(mutex_) = false;
};

}  // namespace millrace::core
