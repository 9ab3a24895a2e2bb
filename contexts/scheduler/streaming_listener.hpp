#pragma once

#include <millrace/dstream/core/input_metadata.hpp>
#include <millrace/dstream/core/time.hpp>
#include <millrace/io/receiver_info.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace millrace {

/// What one input gave to a batch. (Spark: StreamInputInfo)
struct StreamInputInfo {
  int inputStreamId = 0;
  std::int64_t numRecords = 0;  ///< zero for sources that cannot know before the batch runs, such as files
  InputMetadata metadata = {};

  /// The description of the metadata, if there is one.
  std::optional<std::string> metadataDescription() const;
};

/// One output operation of a batch. Times in ms since the epoch.
struct OutputOperationInfo {
  Time batchTime{0};
  int id = 0;
  std::string name;
  std::string description;
  std::optional<std::int64_t> startTime;
  std::optional<std::int64_t> endTime;
  std::optional<std::string> failureReason;

  std::optional<std::int64_t> duration() const;
};

/// A batch on its way. Times in ms since the epoch; the delays are derived from them. (Spark: BatchInfo)
struct BatchInfo {
  Time batchTime{0};
  std::map<int, StreamInputInfo> streamIdToInputInfo;
  std::int64_t submissionTime = 0;
  std::optional<std::int64_t> processingStartTime;
  std::optional<std::int64_t> processingEndTime;
  std::map<int, OutputOperationInfo> outputOperationInfos;

  /// From submission to the start of the first output.
  std::optional<std::int64_t> schedulingDelay() const;
  /// From the start of the first output to the end of the last.
  std::optional<std::int64_t> processingDelay() const;
  std::optional<std::int64_t> totalDelay() const;
  std::int64_t numRecords() const;
};

/// A version of the checkpoint that is durable, or could not be written. Times in ms since the epoch.
struct CheckpointInfo {
  Time batchTime{0};                ///< of the newest batch or epoch that it covers
  std::int64_t batchEndTime = 0;    ///< when the outputs of that had ended
  std::int64_t completionTime = 0;  ///< when the version was durable, or had failed
  std::int64_t bytes = 0;           ///< that were written for it
  /// Keys of states and batches of windows that came, changed or went since the version before, and one entry of each operator
  /// that says how far it is.
  std::int64_t changedKeys = 0;
  bool isWhole = false;                      ///< it has a whole state, not only changes
  std::optional<std::string> failureReason;  ///< its changes go into the next version then

  /// From the end of the batch to its being durable.
  std::int64_t duration() const { return completionTime - batchEndTime; }
};

/// Told what a StreamingContext goes through, in order, on one thread of its own; does nothing by default. A callback
/// may take its time (the context does not wait for it), and must not stop the context. What it throws is logged.
/// (Spark: StreamingListener)
class StreamingListener {
 public:
  virtual ~StreamingListener() = default;
  virtual void onStreamingStarted(std::int64_t /*time*/) {}
  virtual void onReceiverStarted(const ReceiverInfo&) {}
  virtual void onReceiverError(const ReceiverInfo&) {}
  virtual void onReceiverStopped(const ReceiverInfo&) {}
  virtual void onBatchSubmitted(const BatchInfo&) {}
  virtual void onBatchStarted(const BatchInfo&) {}
  virtual void onBatchCompleted(const BatchInfo&) {}
  virtual void onOutputOperationStarted(const OutputOperationInfo&) {}
  virtual void onOutputOperationCompleted(const OutputOperationInfo&) {}
  /// Of programs with a checkpoint; before or after the batch has completed, which it may do at the same moment.
  virtual void onCheckpointCompleted(const CheckpointInfo&) {}
};

}  // namespace millrace
