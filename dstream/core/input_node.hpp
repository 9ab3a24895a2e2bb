#pragma once

#include <millrace/dstream/core/input_metadata.hpp>
#include <millrace/dstream/core/source_positions.hpp>
#include <millrace/dstream/core/stream_node.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

class InputNode;
struct EagerSource;
struct PolledSource;
using InputPtr = std::shared_ptr<InputNode>;

/// What a source has read for its RDD of a time.
struct BatchInput {
  Time time{0};
  std::string bytes;        // of the source's own
  std::string description;  // for people: which positions, which files
};

/// A source of a program: a stream without parents. Inputs are numbered 0, 1, 2 … in the order in which the program
/// made them.
class InputNode : public StreamNode {
 public:
  InputNode(const std::shared_ptr<StreamGraph>& graph, const std::string& kind);
  int inputId() const { return inputId_; }
  /// The source's kind and number: "Socket stream [0]".
  std::string inputName() const;

  /// True for a source that is sent its records from outside, at any time; false for one that makes an RDD when it is
  /// asked for that of a batch.
  virtual bool isLive() const { return false; }
  /// What a source is beside that if its partitions are polled; null for others.
  virtual PolledSource* polled() { return nullptr; }
  /// What a source is beside that if its batches consist of parts that it finds one by one; null for others.
  virtual EagerSource* eager() { return nullptr; }
  /// Called when the context starts and stops.
  virtual void start() {}
  virtual void stop() {}
  /// Called after all sources were started, when the run can take what they send.
  virtual void startReceiving() {}
  /// True on a thread of the source's own, which must not wait for its stop.
  virtual bool isOwnThread() const { return false; }
  /// How many records the batch has, if the source knows; -1 otherwise.
  virtual std::int64_t recordsOf(Time) const { return -1; }
  /// Which positions of the source the batch covers, part by part; none for a source that cannot be read again.
  virtual std::vector<SourcePositions> positionsOf(Time time) const;
  /// What listeners are told of the batch beside the number of its records: the positions, if no more is known. Asked for
  /// while the batch is being made, after its RDD.
  virtual InputMetadata metadataOf(Time time) const;

  // ---- Recovery: what a run writes down of a source that can be read again, in bytes of the source's own. --------------

  /// False for a source whose records are lost with the process.
  virtual bool canBeReadAgain() const { return false; }
  /// What it has read for times up to this one, but for what an earlier call gave.
  virtual std::vector<BatchInput> takeInputs(Time) { return {}; }
  /// Where the source goes on behind that batch.
  virtual std::string placeBehind(Time) const { return {}; }
  /// Says that no later run begins before a place that `placeBehind` gave, or that of an earlier run. On a thread of the
  /// checkpoint.
  virtual void committed(std::string_view) {}

  // Before the source starts, in this order; BadRecord for other bytes.
  /// Has the source begin at a place that `placeBehind` gave in an earlier run.
  virtual void resumeAt(std::string_view) {}
  /// Has the RDD of `time` read what `takeInputs` gave of it in an earlier run, and nothing where these bytes are empty; the source
  /// begins behind that. Called with rising times. Times before the last one that have no input of their own read nothing.
  virtual void replay(Time, std::string_view) {}
  /// The same, but the RDD reads nothing in any case.
  virtual void skip(Time, std::string_view) {}

 protected:
  /// core::requireRunning, for sources that are handed RDDs.
  void requireRunning(const NodePtr& rdd) const;

 private:
  int inputId_;
};

}  // namespace millrace::core
