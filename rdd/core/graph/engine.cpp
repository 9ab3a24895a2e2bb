#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/rdd/core/graph/cached_nodes.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/jobs.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <numeric>
#include <string>
#include <utility>

namespace millrace::core {

Engine::Engine(std::unique_ptr<JobRunner> runner, int defaultParallelism, std::shared_ptr<FileSystem> files,
               std::size_t chunkSize)
    : runner_(std::move(runner)),
      insideTask_(inlineJobRunner()),
      defaultParallelism_(defaultParallelism),
      files_(std::move(files)),
      chunkSize_(chunkSize),
      cachedNodes_(std::make_shared<CachedNodes>()),
      jobs_(std::make_shared<Jobs>()) {
  allowExitInTasks();
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
