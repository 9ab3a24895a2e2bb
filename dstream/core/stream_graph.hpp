#pragma once

#include <millrace/base/recursive_mutex.hpp>
#include <millrace/dstream/core/cuts.hpp>
#include <millrace/dstream/core/input_node.hpp>
#include <millrace/dstream/core/stream_node.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/graph/node.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {

class OutputOperation;

/// What one output operation has to do in one batch.
struct Job {
  Time time;
  int outputId = 0;
  OperatorPtr output;
  std::function<void()> run;
  bool isOfGraph = false;  // its cut, no output of the program: listeners hear of it only when it fails
};

/// Where a run was when a cut of it was made.
struct Resumed {
  Time zeroTime;
  Time time;                        // of the cut
  std::map<int, KeptState> states;  // by operator of this program
};

/// The program of a context: its sources, its output operations, and through these all streams between them. The
/// context owns the graph, and streams hold it weakly, so that a stream that a user's function captures makes no cycle.
/// Every use of a stream after the context's end is IllegalState.
///
/// The user's threads build the graph, one thread of the context makes its batches, and any thread may ask for a slice:
/// one lock covers all of that.
class StreamGraph {
 public:
  enum class Phase { kBuilding, kStarted, kStopped };
  static constexpr Duration kLongestBatch = Minutes(100LL * 365 * 24 * 60);
  /// More than there can be batches whose jobs have not ended, and as many as there are from one of mapWithState's
  /// checkpoints to the next.
  static constexpr int kStateBatches = 10;

  /// IllegalArgument unless `batchDuration` is positive and 100 years at most.
  StreamGraph(EnginePtr engine, Duration batchDuration);

  const EnginePtr& engine() const { return engine_; }
  Duration batchDuration() const { return batchDuration_; }
  RecursiveMutex& mutex() const MILLRACE_RETURN_CAPABILITY(mutex_) { return mutex_; }
  Phase phase() const;

  /// Gives the next number to an operator that the program is building. IllegalState, naming `kind`, once started or
  /// stopped.
  std::shared_ptr<OperatorInfo> newOperator(const std::string& kind);
  void addInput(InputPtr input);
  void addOutput(std::shared_ptr<OutputOperation> output);
  /// Read without the lock, since they stay as they are once started: who stops them must not wait for a batch that is
  /// being made.
  const std::vector<InputPtr>& inputs() const MILLRACE_UNCHECKED { return inputs_; }
  std::vector<std::shared_ptr<OutputOperation>> outputs() const;
  int inputCount() const;

  /// Has every stream remember its RDDs for at least this long. IllegalArgument below 0 and when called a second time.
  void remember(Duration duration);
  bool isRemembering() const;
  void setCheckpointDirectory(std::string directory);
  std::string checkpointDirectory() const;
  /// Says that jobs of several batches may run at once. RDDs that show a state then keep what they show, and the state
  /// goes on with a copy.
  void setConcurrent(bool concurrent);
  bool isConcurrent() const;
  /// Says whether RDDs that are forgotten drop what they store.
  void setUnpersist(bool unpersist);

  /// Has cuts of the states made and given to `sink`. To be called before validate. Without a sink there are none, and no
  /// state records its changes.
  void setCutSink(std::shared_ptr<CutSink> sink);
  /// Null without a sink.
  const std::shared_ptr<Cuts>& cuts() const { return cuts_; }
  /// Has the program go on where another run was when a cut of it was made. To be called before start.
  void resumeFrom(Resumed resumed);

  /// Throws what is wrong with the program: IllegalArgument for one without an output operation or with two that write to
  /// the same directories, and what its operators throw. Called before start.
  void validate() const;
  /// Forbids further building, as start does, but leaves time zero open: inputs start meanwhile, which may take long.
  void close();
  /// Fixes time zero, from which slides are counted, works out how long each stream remembers its RDDs, and forbids
  /// further building.
  void start(Time zeroTime);
  void stop();
  /// SparkException before start.
  Time zeroTime() const;

  /// The time after which this run has batches: time zero, or that of the cut with which it goes on.
  Time begunAfter() const;

  /// Says that there is a batch of `time`. Where batch intervals have passed since the one before, they have none.
  void beginBatch(Time time);
  /// The time of the newest batch; time zero if there was none.
  Time newestTime() const;
  /// True unless all times in (after, upTo] passed without a batch.
  bool hasBatchIn(Time after, Time upTo) const;
  /// Begins the batch of `time`, and gives its jobs, in the order in which the program added their output operations. Their output ids
  /// count from 0 and leave out operations that have no job. Behind them come the state jobs.
  std::vector<Job> generateJobs(Time time);
  /// In every kStateBatches-th call, the jobs that make the newest RDDs of states which no output has read since the call
  /// before: this bounds how many batches a state can lag behind, as a checkpoint does in Spark. Where the states are to be cut
  /// after the batch, a job that does so comes last. Such jobs fail as an output's does. Called once for each batch, by generateJobs or, if that has thrown, by its caller.
  std::vector<Job> stateJobs(Time time);
  /// Called when the jobs of batch `time` have ended: streams drop the RDDs that no later batch can ask for. What a failed
  /// batch read is kept one batch longer. Returns the oldest time whose input may be asked for again: sources can drop what
  /// is older.
  Time batchEnded(Time time, bool succeeded);
  /// All streams from which a way leads to an output operation, each once, children before parents.
  std::vector<StreamPtr> reachable() const;

 private:
  std::vector<Job> unreadJobs(Time time) MILLRACE_REQUIRES(mutex_);
  /// The job that makes the cut of `time`.
  Job cutJob(Time time) MILLRACE_REQUIRES(mutex_);

  const EnginePtr engine_;
  const Duration batchDuration_;
  mutable RecursiveMutex mutex_;
  Phase phase_ MILLRACE_GUARDED_BY(mutex_) = Phase::kBuilding;
  std::optional<Time> zeroTime_ MILLRACE_GUARDED_BY(mutex_);
  std::optional<Time> newestTime_ MILLRACE_GUARDED_BY(mutex_);
  std::vector<Interval> skipped_ MILLRACE_GUARDED_BY(mutex_);  // the batches around each gap, oldest first
  std::optional<Duration> remember_ MILLRACE_GUARDED_BY(mutex_);
  std::string checkpointDirectory_ MILLRACE_GUARDED_BY(mutex_);
  bool concurrent_ MILLRACE_GUARDED_BY(mutex_) = false;
  bool unpersist_ MILLRACE_GUARDED_BY(mutex_) = true;
  std::shared_ptr<Cuts> cuts_;  // constant once started
  std::optional<Resumed> resumed_ MILLRACE_GUARDED_BY(mutex_);
  int operators_ MILLRACE_GUARDED_BY(mutex_) = 0;
  int batchesSinceStateJobs_ MILLRACE_GUARDED_BY(mutex_) = 0;
  std::vector<InputPtr> inputs_ MILLRACE_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<OutputOperation>> outputs_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
