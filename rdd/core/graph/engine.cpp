#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/memory_pool.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/graph/cached_nodes.hpp>
#include <millrace/rdd/core/graph/cached_partition.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/memory/live_memory.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/jobs.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

namespace millrace::core {

struct Engine::CheckpointDirectory {
  Mutex mutex;
  std::string path MILLRACE_GUARDED_BY(mutex);
};

Engine::Engine(std::unique_ptr<JobRunner> runner, int defaultParallelism, std::shared_ptr<FileSystem> files,
               std::size_t chunkSize)
    : runner_(std::move(runner)),
      insideTask_(inlineJobRunner()),
      defaultParallelism_(defaultParallelism),
      files_(std::move(files)),
      chunkSize_(chunkSize),
      checkpointDirectory_(std::make_shared<CheckpointDirectory>()),
      cachedNodes_(std::make_shared<CachedNodes>()),
      memory_(std::make_shared<MemoryBudget>(std::numeric_limits<std::size_t>::max())),
      liveMemory_(std::make_shared<LiveMemory>(memory_)),
      jobs_(std::make_shared<Jobs>()) {
  setLocalDirectory(std::filesystem::temp_directory_path().string());
  allowExitInTasks();
}

void Engine::setMemoryLimit(std::size_t bytes) {
  constexpr std::size_t kLeastPool = std::size_t{16} << 20;
  memory_ = std::make_shared<MemoryBudget>(bytes);
  liveMemory_ = std::make_shared<LiveMemory>(memory_);
  limitPool(std::max(bytes / 4, kLeastPool));
}

void Engine::setLocalDirectory(const std::string& parent) {
  localFiles_ = std::make_shared<LocalFiles>(files_, parent);
}

void Engine::setCheckpointDirectory(std::string directory) {
  MutexLock lock(checkpointDirectory_->mutex);
  checkpointDirectory_->path = std::move(directory);
}

std::string Engine::checkpointDirectory() const {
  MutexLock lock(checkpointDirectory_->mutex);
  return checkpointDirectory_->path;
}

std::string Engine::checkpointDirectoryOf(const Node& node) const {
  const std::string directory = checkpointDirectory();
  if (directory.empty())
    throw SparkException(
        "checkpoint() of " + node.info()->describe() +
        " without a checkpoint directory: call setCheckpointDir() on the SparkContext first");
  return directory + "/rdd-" + std::to_string(node.id());
}

std::shared_ptr<CacheHome> Engine::cacheHome(StorageLevel level, const StoredForm& form, OperatorPtr info,
                                             IfFull ifFull) const {
  return std::make_shared<CacheHome>(level, form, std::move(info), memory_, localFiles_, ifFull);
}

int Engine::threads() const { return runner_->threads(); }

void Engine::requireDriver() const {
  if (isStopped()) throw IllegalState("the context of this RDD has been stopped: run actions before stop()");
  if (TaskContext::get() != nullptr)
    throw IllegalState(
        "an RDD operation inside a function that runs in a task: collect or broadcast the other RDD first");
}

void Engine::runJob(Node& node, const std::vector<int>& partitions, FunctionRef<void(int, ReaderPtr)> visit) {
  requireDriver();
  jobs_->run([&] {
    node.prepare();
    runTasks(*node.info(), partitions, [&](int partition) { visit(partition, node.read(partition)); });
    if (markedNodes_ > 0) node.writeCheckpoints();
  });
}

void Engine::runJob(Node& node, FunctionRef<void(int, ReaderPtr)> visit) { runJob(node, allOf(node), visit); }

void Engine::runTasks(const OperatorInfo& info, const std::vector<int>& partitions,
                      FunctionRef<void(int)> task) {
  runStage(info, partitions, task, maxTaskFailures_);
}

void Engine::runTasksOnce(const OperatorInfo& info, const std::vector<int>& partitions,
                          FunctionRef<void(int)> task) {
  jobs_->run([&] {
    const InterruptScope uninterrupted(nullptr);
    runStage(info, partitions, task, 1);
  });
}

void Engine::runStage(const OperatorInfo& info, const std::vector<int>& partitions,
                      FunctionRef<void(int)> task, int maxFailures) {
  if (partitions.empty()) return;
  const auto tasks = static_cast<int>(partitions.size());
  const auto partitionOf = [&](int i) { return partitions[static_cast<std::size_t>(i)]; };
  if (TaskContext::get() != nullptr)
    return insideTask_->run(tasks, [&](int i) { runTask(partitionOf(i), task); });
  jobs_->runStage(info, tasks, [&](Stage& stage) {
    const Interrupts* interruptible = interrupts();
    RunningJob* job = RunningJob::ofThread();
    runner_->run(tasks, [&](int i) {
      const InterruptScope interrupted(interruptible);
      const RunningJob::Scope working(job);
      runAttempts(stage, partitionOf(i), task, maxFailures);
    });
  });
}

void Engine::runAttempts(Stage& stage, int partition, FunctionRef<void(int)> task, int maxFailures) {
  for (int attempt = 0;; ++attempt) {
    try {
      return stage.runTask(partition, attempt, [&] { runTask(partition, task, attempt); });
    } catch (const TaskFailure& failure) {
      if (attempt + 1 >= maxFailures || isInterrupted()) throw;
      logWarning("a task failed and is tried again",
                 {{"error", std::string(failure.what())}, {"attemptsLeft", maxFailures - attempt - 1}});
    }
  }
}

void Engine::runTask(int partition, FunctionRef<void(int)> task, int attempt) {
  TaskContext::Scope scope(partition, attempt);
  ChunkSizeScope chunks(chunkSize_);
  try {
    checkInterrupt();
    task(partition);
    scope.succeed();
  } catch (const TaskFailure&) {
    throw;
  } catch (const OperatorFailure& failure) {
    throw TaskFailure(failure.operatorName(), partition, failure.cause(), attempt + 1);
  } catch (...) {
    throw TaskFailure({}, partition, std::current_exception(), attempt + 1);
  }
}

std::vector<int> allOf(const Node& node) {
  std::vector<int> partitions(static_cast<std::size_t>(node.partitions()));
  std::iota(partitions.begin(), partitions.end(), 0);
  return partitions;
}

}  // namespace millrace::core
