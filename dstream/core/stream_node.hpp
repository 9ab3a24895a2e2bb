#pragma once

#include <millrace/base/byte_archive.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/graph/storage_level.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millrace::core {

struct Flow;
struct RecordOps;
class StreamGraph;
class StreamNode;
using StreamPtr = std::shared_ptr<StreamNode>;

/// One stream operator: which RDD it makes at which time, from which parents. Knows no record type. Edges point to
/// parents only. Methods that are not const are called under the graph's lock.
class StreamNode : public std::enable_shared_from_this<StreamNode> {
 public:
  /// A stream with the slide of its first parent.
  StreamNode(const std::string& kind, std::vector<StreamPtr> parents);
  StreamNode(const std::string& kind, std::vector<StreamPtr> parents, Duration slide);
  /// A stream without parents.
  StreamNode(const std::shared_ptr<StreamGraph>& graph, const std::string& kind, Duration slide);
  virtual ~StreamNode();
  StreamNode(const StreamNode&) = delete;
  StreamNode& operator=(const StreamNode&) = delete;

  /// The graph, or IllegalState once its context is gone.
  std::shared_ptr<StreamGraph> graph() const;
  EnginePtr engine() const;
  /// Who this operator is; steps share it, so a name given later is seen by them too.
  OperatorPtr info() const { return info_; }
  void setName(const std::string& name);
  const std::vector<StreamPtr>& parents() const { return parents_; }
  Duration slideDuration() const { return slide_; }

  /// The RDD of a time, made at most once; null where the stream has none: the time is not one of its slides, or its
  /// source made nothing.
  NodePtr rdd(Time time);
  /// The RDDs with times in [from, to], oldest first; ends between two slides are rounded down. Unsupported for a
  /// stream of which a continuous run makes no RDDs.
  std::vector<NodePtr> slice(Time from, Time to);
  bool isTimeValid(Time time) const;
  /// Times whose RDDs are kept at this moment.
  std::vector<Time> rememberedTimes() const;

  /// How this operator takes part in a long-lived graph.
  virtual Flow flow() const;
  /// What such a graph must know of this stream's records; told by the typed handle.
  const RecordOps& recordOps() const { return *recordOps_; }
  void setRecordOps(const RecordOps* ops) { recordOps_ = ops; }
  /// Sets the RDD of a time that a long-lived graph has made, or that it has none.
  void setRdd(Time time, NodePtr made);
  /// True if the RDD of a time was made or set, or it was found that there is none.
  bool isKnown(Time time) const;
  /// Says that a long-lived graph makes no RDDs of this stream.
  void setPassesBy() { passesBy_ = true; }
  /// True if the RDD of a time may be asked for after the next one was made.
  bool isKept() const { return store_ != nullptr || isAskedForLater(); }
  /// True if the program asked for this stream's RDDs to be kept, by persist, by a window over it or by remember, so that
  /// a long-lived graph gathers its records, which it would let pass otherwise.
  bool isGathered() const;

  /// Keeps each of this stream's RDDs in memory. Without `store` the level is only reported. Unsupported after start.
  virtual void persist(StorageLevel level, StoreFn store);
  virtual StorageLevel storageLevel() const { return level_; }
  /// Sets the interval of the state's checkpoints. Unsupported after start.
  virtual void checkpoint(Duration interval);
  std::optional<Duration> checkpointInterval() const { return checkpointInterval_; }

  /// Throws, at start, if this operator cannot work.
  virtual void validate() const;
  /// Called once at start, children first.
  virtual void initialize();
  void rememberAtLeast(Duration duration);
  /// Called at start by operators that may read RDDs while a batch is generated, as transform does: perhaps before the
  /// jobs of earlier batches have run. Windows and states above them then keep each RDD's tables until its batch is
  /// done. Goes up to all ancestors.
  void willBeReadEarly();
  Duration rememberDuration() const { return remember_; }
  /// How long a parent has to remember for this stream.
  virtual Duration parentRememberDuration() const { return remember_; }
  virtual void clearMetadata(Time time, bool unpersist);

  /// True for a stream that keeps over batches what has to be in snapshots.
  virtual bool keepsState() const { return false; }
  /// Writes what this stream keeps after the batch of `time`, whose jobs have run. Unsupported, naming a type without a
  /// Codec.
  virtual void snapshot(Time, ByteWriter&) {}
  /// Takes over what the same operator of an earlier run wrote for `time`, and goes on after that time. Called between
  /// start and the first batch; time zero is that of the earlier run. BadRecord for other bytes.
  virtual void restore(Time, ByteReader&) {}

 protected:
  virtual NodePtr compute(Time time) = 0;
  /// True for a stream that keeps state over batches, and so has to checkpoint.
  virtual bool mustCheckpoint() const { return false; }
  /// Ten seconds, rounded up to a multiple of the slide.
  virtual Duration defaultCheckpointInterval() const;
  /// True if someone may ask for the RDD of a time after the next one was made.
  bool isAskedForLater() const { return askedFor_ > slide_; }
  bool isReadEarly() const { return readEarly_; }
  /// Makes the RDDs of this stream's times before `time` that nobody has asked for: what keeps state needs each of them.
  void makeBefore(Time time);
  /// Makes no RDDs of times up to `time` any more.
  void resumeAfter(Time time);
  /// The RDD of parent `i` at `time`; SparkException, with the cure, if it has none.
  NodePtr parentRdd(std::size_t i, Time time);

 private:
  std::weak_ptr<StreamGraph> graph_;
  std::shared_ptr<OperatorInfo> info_;
  const std::vector<StreamPtr> parents_;
  const Duration slide_;
  const RecordOps* recordOps_ = nullptr;
  StorageLevel level_;
  StoreFn store_ = nullptr;
  std::optional<Duration> checkpointInterval_;
  Duration remember_{0};
  Duration askedFor_{-1};
  bool readEarly_ = false;
  bool passesBy_ = false;
  std::map<Time, NodePtr> made_;
  Time newestMade_{-1};
};

}  // namespace millrace::core
