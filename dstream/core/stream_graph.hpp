#pragma once

#include <millrace/base/recursive_mutex.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {

class OutputOperation;

/// One piece of work of a batch: what an output operation does with its RDD of that time.
struct Job {
  Time time;
  int outputId = 0;
  OperatorPtr output;
  std::function<void()> run;
};

/// The streams and outputs of a context, and whether and since when they run. Owned by the context; streams know it
/// weakly, so a handle that a function captures makes no cycle. Every use after the context's end is IllegalState.
///
/// Streams are built on the user's threads, batches are generated on one thread of the context, slices are taken on
/// any: one lock covers all of them.
class StreamGraph {
 public:
  enum class Phase { kBuilding, kStarted, kStopped };

  StreamGraph(EnginePtr engine, Duration batchDuration);

  const EnginePtr& engine() const { return engine_; }
  Duration batchDuration() const { return batchDuration_; }
  RecursiveMutex& mutex() const MILLRACE_RETURN_CAPABILITY(mutex_) { return mutex_; }
  Phase phase() const;

  /// Numbers an operator that is being built. IllegalState, naming `kind`, once started or stopped.
  std::shared_ptr<OperatorInfo> newOperator(const std::string& kind);
  void addInput(InputPtr input);
  void addOutput(std::shared_ptr<OutputOperation> output);
  /// Read without the lock, since they stay as they are once started: who stops them must not wait for a batch that is
  /// being made.
  const std::vector<InputPtr>& inputs() const MILLRACE_UNCHECKED { return inputs_; }
  std::vector<std::shared_ptr<OutputOperation>> outputs() const;
  int inputCount() const;

  /// All streams keep their RDDs at least this long. Once only (IllegalArgument), and before start.
  void remember(Duration duration);
  bool isRemembering() const;
  void setCheckpointDirectory(std::string directory);
  std::string checkpointDirectory() const;
  /// Set when jobs of several batches may run at once: then the RDDs of windows and states keep their tables, and the
  /// next batch changes copies.
  void setConcurrent(bool concurrent);
  bool isConcurrent() const;
  void setUnpersist(bool unpersist);

  /// Throws if something is wrong with the program as a whole: no output, an interval that does not fit.
  void validate() const;
  /// Fixes time zero, works out how long each stream remembers, and forbids further building.
  void start(Time zeroTime);
  void stop();
  Time zeroTime() const;
  bool isInitialized() const;

  /// The jobs of batch `time`, in the order in which outputs were registered; ids number those present, from 0.
  std::vector<Job> generateJobs(Time time);
  /// Called when the jobs of batch `time` have ended: streams drop the RDDs that no later batch can ask for. What a failed
  /// batch read is kept one batch longer. Returns the oldest time whose input may be asked for again: sources can drop what
  /// is older.
  Time batchEnded(Time time, bool succeeded);
  /// All streams that outputs reach, each once, children before parents.
  std::vector<StreamPtr> reachable() const;

 private:
  const EnginePtr engine_;
  const Duration batchDuration_;
  mutable RecursiveMutex mutex_;
  Phase phase_ MILLRACE_GUARDED_BY(mutex_) = Phase::kBuilding;
  std::optional<Time> zeroTime_ MILLRACE_GUARDED_BY(mutex_);
  std::optional<Duration> remember_ MILLRACE_GUARDED_BY(mutex_);
  std::string checkpointDirectory_ MILLRACE_GUARDED_BY(mutex_);
  bool concurrent_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool unpersist_ MILLRACE_GUARDED_BY(mutex_) = true;
  int operators_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::vector<InputPtr> inputs_ MILLRACE_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<OutputOperation>> outputs_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
