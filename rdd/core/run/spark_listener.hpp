#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace millrace {

/// What a task, or all tasks of a stage, took and moved. (Spark: TaskMetrics)
struct TaskMetrics {
  std::int64_t executorRunTime = 0;  ///< ms
  std::int64_t recordsRead = 0;  ///< given by sources: stored, received, read from files, or computed by them
  std::int64_t bytesRead = 0;    ///< of text files and files of binary records, gzip decompressed
  std::int64_t recordsWritten = 0;  ///< by saveAsTextFile and saveAsObjectFile
  std::int64_t bytesWritten = 0;    ///< by these
  std::int64_t diskBytesSpilled =
      0;  ///< by shuffles that memory had no room for, as files have them, compressed
};

/// A set of tasks that run at once: the map side of a shuffle, the partitions of a result, or those of a state or window
/// that moves on. Times in ms since the epoch. (Spark: StageInfo)
struct StageInfo {
  int stageId = 0;
  int jobId = 0;     ///< of the job that it is part of; Spark's stages do not say it
  std::string name;  ///< the operator whose records it makes
  int numTasks = 0;
  std::int64_t submissionTime = 0;
  std::optional<std::int64_t> completionTime;
  std::optional<std::string> failureReason;
  TaskMetrics taskMetrics;  ///< of all tasks that have ended
};

/// One attempt at a task. Times in ms since the epoch. (Spark: TaskInfo)
struct TaskInfo {
  std::int64_t taskId = 0;  ///< of this attempt; no other one has it
  int partitionId = 0;
  int attemptNumber = 0;
  std::int64_t launchTime = 0;
  std::optional<std::int64_t> finishTime;
  bool failed = false;
  bool killed = false;  ///< its job was cancelled
};

struct SparkListenerApplicationStart {
  std::string appName;
  std::string appId;
  std::int64_t time = 0;  ///< at which the SparkContext was made
};
struct SparkListenerApplicationEnd {
  std::int64_t time = 0;
};
/// The stages of a job are not known when it starts: each has its number when it begins, and none has what is stored.
struct SparkListenerJobStart {
  int jobId = 0;
  std::int64_t time = 0;
  std::map<std::string, std::string, std::less<>>
      properties;  ///< the local properties of the thread that ran it
};
struct SparkListenerJobEnd {
  int jobId = 0;
  std::int64_t time = 0;
  std::optional<std::string> failureReason;  ///< nothing if it succeeded. (Spark: jobResult)
};
struct SparkListenerStageSubmitted {
  StageInfo stageInfo;
};
struct SparkListenerStageCompleted {
  StageInfo stageInfo;
};
struct SparkListenerTaskStart {
  int stageId = 0;
  TaskInfo taskInfo;
};
struct SparkListenerTaskEnd {
  int stageId = 0;
  TaskInfo taskInfo;
  std::optional<std::string> failureReason;  ///< nothing if it succeeded. (Spark: reason)
  TaskMetrics taskMetrics;
};

/// Told about the jobs of a SparkContext, their stages and tasks, on one thread of its own; does nothing by default. What
/// one thread does comes in its order: a job starts before its stages, a stage before its tasks, and they end before it. A
/// callback may take its time: nobody waits for it, but beyond 10,000 events that wait the newest are dropped, which the
/// log says. What it throws is logged. (Spark: SparkListener)
class SparkListener {
 public:
  virtual ~SparkListener();
  /// The first that a listener hears, however late it was added.
  virtual void onApplicationStart(const SparkListenerApplicationStart&) {}
  virtual void onApplicationEnd(const SparkListenerApplicationEnd&) {}
  virtual void onJobStart(const SparkListenerJobStart&) {}
  virtual void onJobEnd(const SparkListenerJobEnd&) {}
  virtual void onStageSubmitted(const SparkListenerStageSubmitted&) {}
  virtual void onStageCompleted(const SparkListenerStageCompleted&) {}
  virtual void onTaskStart(const SparkListenerTaskStart&) {}
  virtual void onTaskEnd(const SparkListenerTaskEnd&) {}
};

}  // namespace millrace
