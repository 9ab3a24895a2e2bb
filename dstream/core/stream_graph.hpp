#pragma once

#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
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

/// The streams of a context: who they are, what they put out, since when they run. Owned by the context; streams know it
/// weakly, so a handle that a function captures makes no cycle. Every use after the context's end is IllegalState.
///
/// Building happens on the user's threads, generating batches on one thread of the context, slices on any: one lock
/// covers all of them.
class StreamGraph {
 public:
  enum class Phase { kBuilding, kStarted, kStopped };

  StreamGraph(EnginePtr engine, Duration batchDuration);

  const EnginePtr& engine() const { return engine_; }
  Duration batchDuration() const { return batchDuration_; }
  std::recursive_mutex& mutex() const { return mutex_; }
  Phase phase() const;

  /// Numbers an operator that is being built. IllegalState, naming `kind`, once started or stopped.
  std::shared_ptr<OperatorInfo> newOperator(const std::string& kind);
  void addInput(InputPtr input);
  void addOutput(std::shared_ptr<OutputOperation> output);
  const std::vector<InputPtr>& inputs() const { return inputs_; }
  const std::vector<std::shared_ptr<OutputOperation>>& outputs() const { return outputs_; }
  int inputCount() const { return static_cast<int>(inputs_.size()); }

  /// Keeps what batches make at least this long. Once only (IllegalArgument), and before start.
  void remember(Duration duration);
  bool isRemembering() const { return remember_.has_value(); }
  void setCheckpointDirectory(std::string directory);
  const std::string& checkpointDirectory() const { return checkpointDirectory_; }
  /// Set when batches may run at once: then state must be handed out as copies.
  void setConcurrent(bool concurrent) { concurrent_ = concurrent; }
  bool isConcurrent() const { return concurrent_; }
  void setUnpersist(bool unpersist) { unpersist_ = unpersist; }

  /// Throws what is wrong with the program as a whole: no output, an interval that does not fit.
  void validate() const;
  /// Fixes time zero, works out how long each stream remembers, and forbids further building.
  void start(Time zeroTime);
  void stop();
  Time zeroTime() const;
  bool isInitialized() const;

  /// The jobs of batch `time`, in the order in which outputs were registered; ids number those present, from 0.
  std::vector<Job> generateJobs(Time time);
  /// The jobs of batch `time` have ended: streams drop what no later batch can ask for. What a failed batch read is kept
  /// one batch longer. Returns the oldest time whose input may be asked for again: the rest can be dropped too.
  Time batchEnded(Time time, bool succeeded);
  /// All streams that outputs reach, each once, children before parents.
  std::vector<StreamPtr> reachable() const;

 private:
  const EnginePtr engine_;
  const Duration batchDuration_;
  mutable std::recursive_mutex mutex_;
  Phase phase_ = Phase::kBuilding;
  std::optional<Time> zeroTime_;
  std::optional<Duration> remember_;
  std::string checkpointDirectory_;
  bool concurrent_ = false;
  bool unpersist_ = true;
  int operators_ = 0;
  std::vector<InputPtr> inputs_;
  std::vector<std::shared_ptr<OutputOperation>> outputs_;
};

}  // namespace millrace::core
