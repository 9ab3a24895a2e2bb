#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/rdd/core/graph/node.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/reader.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace millrace {
class FileSystem;
}

namespace millrace::core {

class CachedNodes;
struct CacheHome;
class Jobs;
class LiveMemory;
class LocalFiles;
class MemoryBudget;
class Stage;
struct StoredForm;

/// What every RDD of a context shares: who runs its tasks, and how. Nodes hold it, so an RDD outlives its context
/// safely; after `stop` its actions throw.
class Engine {
 public:
  Engine(std::unique_ptr<JobRunner> runner, int defaultParallelism, std::shared_ptr<FileSystem> files,
         std::size_t chunkSize = kChunkSize);

  int defaultParallelism() const { return defaultParallelism_; }
  /// Whether spark.default.parallelism was set: then results of shuffles get that many partitions, and not as many as
  /// the largest parent. To be set before the first RDD is made.
  bool parallelismIsSet() const { return parallelismIsSet_; }
  void setParallelismIsSet(bool isSet) { parallelismIsSet_ = isSet; }
  /// How often a task may throw before its job fails, at least once. To be set before the first job.
  void setMaxTaskFailures(int failures) { maxTaskFailures_ = failures; }
  int threads() const;
  FileSystem& files() const { return *files_; }
  std::size_t chunkSize() const { return chunkSize_; }
  /// What the context that made this engine knows of itself, which only the context can read; null for an engine
  /// made by hand. To be set before the first RDD is made.
  const std::shared_ptr<const void>& owner() const { return owner_; }
  void setOwner(std::shared_ptr<const void> owner) { owner_ = std::move(owner); }
  int newNodeId() { return nextNodeId_++; }
  CachedNodes& cachedNodes() { return *cachedNodes_; }
  /// What is stored in memory is counted here. Without a limit unless one is set, before the first RDD is made. The pool of
  /// this process then keeps no more than a quarter of it, or 16 MiB.
  MemoryBudget& memory() { return *memory_; }
  const std::shared_ptr<MemoryBudget>& sharedMemory() const { return memory_; }
  /// The part of it that windows and states have.
  const std::shared_ptr<LiveMemory>& liveMemory() const { return liveMemory_; }
  void setMemoryLimit(std::size_t bytes);
  /// Where what has no room in memory goes; below the system's directory for temporary files unless set, before the first
  /// RDD is made.
  void setLocalDirectory(const std::string& parent);
  const std::shared_ptr<LocalFiles>& localFiles() const { return localFiles_; }
  /// Below which directory checkpoints are written. Any thread.
  void setCheckpointDirectory(std::string directory);
  std::string checkpointDirectory() const;
  /// That of a node. SparkException, with the cure, if none is set.
  std::string checkpointDirectoryOf(const Node& node) const;
  /// How many nodes are marked for a checkpoint that is not written yet.
  std::atomic<int>& markedNodes() { return markedNodes_; }
  std::shared_ptr<CacheHome> cacheHome(StorageLevel level, const StoredForm& form, OperatorPtr info,
                                       IfFull ifFull) const;
  Jobs& jobs() { return *jobs_; }
  /// False if it had been stopped before.
  bool stop() { return !stopped_.exchange(true); }
  bool isStopped() const { return stopped_; }

  /// Runs the shuffles that `node` needs, then `visit` on a reader of each of `partitions`, as one task each; a task that
  /// fails may be visited again. Throws TaskFailure for what the tasks throw. Not from inside a task.
  void runJob(Node& node, const std::vector<int>& partitions,
              FunctionRef<void(int partition, ReaderPtr)> visit);
  void runJob(Node& node, FunctionRef<void(int partition, ReaderPtr)> visit);

  /// Runs `task` for each of `partitions`, as a stage of a job that makes the records of `info`: on the pool, or on this
  /// thread if it is running a task already. A task that fails may be run again.
  void runTasks(const OperatorInfo& info, const std::vector<int>& partitions,
                FunctionRef<void(int partition)> task);
  /// The same for tasks that change what they work on: none is run again, or cut short by cancelling the job.
  void runTasksOnce(const OperatorInfo& info, const std::vector<int>& partitions,
                    FunctionRef<void(int partition)> task);
  /// Runs the task of one partition on this thread, even inside another task.
  void runTask(int partition, FunctionRef<void(int partition)> task, int attempt = 0);

  /// Throws IllegalState where no action may run: after the stop, and inside of a task.
  void requireDriver() const;

 private:
  void runStage(const OperatorInfo& info, const std::vector<int>& partitions, FunctionRef<void(int)> task,
                int maxFailures);
  void runAttempts(Stage& stage, int partition, FunctionRef<void(int)> task, int maxFailures);

  const std::shared_ptr<JobRunner> runner_;
  const std::shared_ptr<JobRunner> insideTask_;
  int defaultParallelism_;
  bool parallelismIsSet_ = false;
  int maxTaskFailures_ = 1;
  std::shared_ptr<FileSystem> files_;
  std::size_t chunkSize_;
  std::atomic<int> nextNodeId_ = 0;
  std::atomic<int> markedNodes_ = 0;
  struct CheckpointDirectory;
  const std::shared_ptr<CheckpointDirectory> checkpointDirectory_;
  std::shared_ptr<const void> owner_;
  const std::shared_ptr<CachedNodes> cachedNodes_;
  std::shared_ptr<MemoryBudget> memory_;
  std::shared_ptr<LiveMemory> liveMemory_;
  std::shared_ptr<LocalFiles> localFiles_;
  const std::shared_ptr<Jobs> jobs_;
  std::atomic<bool> stopped_ = false;
};

std::vector<int> allOf(const Node& node);

}  // namespace millrace::core
