#pragma once

#include <millrace/dstream/core/remembered_rdds.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/io/store/state_delta.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/graph/storage_level.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {

struct Flow;
class Cuts;
struct RecordOps;
class StreamGraph;
class StreamNode;
using StreamPtr = std::shared_ptr<StreamNode>;

/// What was kept of a stream's state: its StreamNode::stateType, and all its entries as of one cut.
struct KeptState {
  std::string type;
  StateDeltaPtr entries;
};

/// One stream operator: it makes one RDD per time, from those of its parents. Edges point to parents only, and no
/// record type is known here. The node itself describes what the program built, which is fixed once the graph has
/// started; what changes from then on is in its RememberedRdds.
///
/// setName, rdd, rddsBetween, slice and rememberedTimes take the graph's lock. Whoever calls another method that changes something
/// while batches run holds it.
class StreamNode : public std::enable_shared_from_this<StreamNode> {
 public:
  /// A stream with the slide of its first parent. IllegalArgument for a chain of operators that is deeper than fits.
  StreamNode(const std::string& kind, std::vector<StreamPtr> parents);
  StreamNode(const std::string& kind, std::vector<StreamPtr> parents, Duration slide);
  /// A stream without parents.
  StreamNode(const std::shared_ptr<StreamGraph>& graph, const std::string& kind, Duration slide);
  virtual ~StreamNode();
  StreamNode(const StreamNode&) = delete;
  StreamNode& operator=(const StreamNode&) = delete;

  // ---- The program, while it builds. --------------------------------------------------------------------------------

  /// The graph that this stream belongs to. IllegalState once its context is gone.
  std::shared_ptr<StreamGraph> graph() const;
  EnginePtr engine() const;
  /// Who this operator is. The steps that it makes share the object, so they see a name that is given later.
  OperatorPtr info() const { return info_; }
  /// Names the operator. IllegalState after start.
  void setName(const std::string& name);
  const std::vector<StreamPtr>& parents() const { return parents_; }
  /// How many operators there are on the longest way from a source to this one, both counted.
  int depth() const { return depth_; }
  Duration slideDuration() const { return slide_; }
  /// Tells what a long-lived graph must know of the stream's records. The typed handle calls it: it knows their type.
  void setRecordOps(const RecordOps* ops) { recordOps_ = ops; }

  /// Keeps the records of each of this stream's RDDs in memory, stored by `store`; with a null `store` the level is
  /// only reported. Unsupported after start.
  virtual void persist(StorageLevel level, const StoredForm* form);
  virtual StorageLevel storageLevel() const { return level_; }
  /// Sets the interval of the state's checkpoints. Unsupported after start.
  virtual void checkpoint(Duration interval);
  std::optional<Duration> checkpointInterval() const { return checkpointInterval_; }
  /// True for a stream that keeps state over batches, and so has to checkpoint.
  virtual bool mustCheckpoint() const { return false; }

  // ---- Whoever needs its RDDs, while it runs: children, output operations, the program. -----------------------------

  /// The RDD of a time, made when it is first asked for and remembered from then on. Null where the stream has none:
  /// the time is not one of its slides, or its source made nothing.
  NodePtr rdd(Time time);
  /// The RDDs with times in [from, to], oldest first; ends between two slides are floored.
  std::vector<NodePtr> rddsBetween(Time from, Time to);
  /// The same for the program, which may ask for any times: those before the oldest RDD that is remembered and after the
  /// newest batch have none. SparkException for a stream that no output operation uses. Unsupported where a long-lived
  /// graph lets the records pass by.
  std::vector<NodePtr> slice(Time from, Time to);
  /// The times whose RDDs are remembered at this moment, oldest first.
  std::vector<Time> rememberedTimes() const;

  // ---- The graph, from its start to the end of each batch. ----------------------------------------------------------

  /// Throws if this operator cannot work; called before the start.
  virtual void validate() const;
  /// Works out how long this stream itself needs its RDDs; called once at start, for children before their parents.
  virtual void initialize();
  /// Remembers RDDs for `duration` at least. The graph calls it at start: for what the program asks, and for what each
  /// child needs, once it is known how long that child itself is asked to remember.
  void rememberAtLeast(Duration duration);
  /// How long an RDD is remembered, counted from its time; zero before start.
  Duration rememberDuration() const { return rdds_.duration(); }
  /// How long a parent has to remember its RDDs for this stream.
  virtual Duration parentRememberDuration() const { return rememberDuration(); }
  /// Called at start by a child that reads its parents' RDDs while a batch is being made, perhaps before the jobs of
  /// earlier batches have run, as transform does. Windows and states above the child then keep each RDD's tables until
  /// the RDD's batch is done. The call goes up to all ancestors.
  void willBeReadEarly();
  /// The batch of `time` is done: forgets the RDDs that nobody can ask for again, and makes them drop what they store
  /// if `unpersist`.
  virtual void clearMetadata(Time time, bool unpersist);

  // ---- A long-lived graph (continuous mode), which makes RDDs itself where it gathers records. ----------------------

  /// How this operator takes part in such a graph.
  virtual Flow flow() const;
  /// What such a graph must know of the stream's records.
  const RecordOps& recordOps() const { return *recordOps_; }
  /// Says that the graph makes no RDDs of this stream: its records pass by.
  void setPassesBy() { rdds_.setPassesBy(); }
  /// True if the program asked for this stream's RDDs, by persist, by a window over it or by remember. Then the graph
  /// gathers the stream's records, which it might let pass by otherwise.
  bool isGathered() const;
  /// Sets the RDD that the graph has made for a time; null says that the stream has none.
  void setRdd(Time time, NodePtr made);
  /// True if the RDD of a time was made or set, or it was found that there is none.
  bool isKnown(Time time) const { return rdds_.isKnown(time); }

  // ---- State that is held over batches. -----------------------------------------------------------------------------

  /// True if the RDD of a time may be asked for after the next one was made.
  bool isKept() const { return form_ != nullptr || isAskedForLater(); }
  /// True for a stream that holds over batches what cuts have to keep.
  virtual bool keepsState() const { return false; }
  /// Called once every few batches, so that all batches up to the last call have ended: gives the newest RDD if no job has
  /// needed the one that was newest then. A state that no output reads would else hold the input of all batches, until one
  /// asks for it. Null if there is nothing to do.
  virtual NodePtr takeUnread() { return nullptr; }
  /// The types that the state consists of, by name: a program goes on only with a state of the same ones. Empty for a stream
  /// without state.
  virtual std::string stateType() const { return {}; }
  /// Called when the batch of `time` has been made, while its jobs and those of batches before may still have to run: adds to
  /// the cut what this stream has kept up to that time.
  virtual void cutAt(Time, Cuts&) {}
  /// Says that cells of a long-lived graph change the state of this stream, and give its part of cuts.
  void setCutInCells() { cutInCells_ = true; }
  bool isCutInCells() const { return cutInCells_; }
  /// Goes on after `time`, up to which another run has gone, with the state that the same operator had kept then; null if it had
  /// none. Called between start and the first batch. IllegalArgument for a state of other types, BadRecord for other bytes.
  void resume(Time time, const KeptState* kept);

 protected:
  /// Makes the RDD of a time, which is one of the stream's slides, or gives null if the stream has none then. Called
  /// when the RDD is first asked for, with the graph's lock held.
  virtual NodePtr compute(Time time) = 0;
  /// The RDD of parent `i` at `time`; SparkException, with the cure, if it has none.
  NodePtr parentRdd(std::size_t i, Time time);

  /// Ten seconds, rounded up to a multiple of the slide.
  virtual Duration defaultCheckpointInterval() const;
  /// True if someone may ask for the RDD of a time after the next one was made.
  bool isAskedForLater() const { return rdds_.longestAsked() > slide_; }
  bool isReadEarly() const { return readEarly_; }
  /// Makes the RDDs of times before `time` that nobody has asked for: a stream that keeps state needs each of them. Where
  /// a whole slide passed without a batch, because ticks were skipped, there is nothing to make.
  void makeBefore(Time time);
  /// The newest time before the one that is being made of which this stream has an RDD, or has had, or knows that it has
  /// none; time zero if there is none.
  Time timeBefore() const;
  /// For how long others ask this stream to remember its RDDs, and a slide at least: less than it remembers them where it
  /// has checkpoints to make.
  Duration askedDuration() const { return std::max(slide_, rdds_.longestAsked()); }
  /// Makes the RDDs of all times up to `time` that nobody has asked for.
  void makeUpTo(Time time);
  /// Says that `time` is the newest one of which an earlier run had an RDD.
  void skipTo(Time time) { rdds_.skipTo(time); }
  /// Takes over what cuts have kept.
  virtual void restoreState(const StateDelta&) {}

 private:
  bool isTimeValid(Time time) const;

  const std::weak_ptr<StreamGraph> graph_;
  const std::shared_ptr<OperatorInfo> info_;
  const std::vector<StreamPtr> parents_;
  const Duration slide_;
  int depth_ = 1;
  const RecordOps* recordOps_ = nullptr;
  StorageLevel level_;
  const StoredForm* form_ = nullptr;
  std::optional<Duration> checkpointInterval_;
  bool readEarly_ = false;
  bool cutInCells_ = false;

  RememberedRdds rdds_;
};

/// IllegalState, naming who was given it, for an RDD whose context has been stopped, since no job can read it. Whoever is
/// handed RDDs of the program's asks, so that both modes refuse alike. Null passes.
void requireRunning(const std::string& name, const NodePtr& rdd);

}  // namespace millrace::core
