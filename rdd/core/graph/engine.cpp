#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/cached_nodes.hpp>
#include <millrace/rdd/core/graph/engine.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/interrupt.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/task_context.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <numeric>
#include <utility>

namespace millrace::core {

Engine::Engine(std::unique_ptr<JobRunner> runner, int defaultParallelism, std::shared_ptr<FileSystem> files,
               std::size_t chunkSize)
    : runner_(std::move(runner)),
      insideTask_(inlineJobRunner()),
      defaultParallelism_(defaultParallelism),
      files_(std::move(files)),
      chunkSize_(chunkSize),
      cachedNodes_(std::make_shared<CachedNodes>()) {
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
  node.prepare();
  runTasks(partitions, [&](int partition) { visit(partition, node.read(partition)); });
}

void Engine::runJob(Node& node, FunctionRef<void(int, ReaderPtr)> visit) { runJob(node, allOf(node), visit); }

void Engine::runTasks(const std::vector<int>& partitions, FunctionRef<void(int)> task) {
  JobRunner& runner = TaskContext::get() == nullptr ? *runner_ : *insideTask_;
  const std::atomic<bool>* interrupt = interruptFlag();
  runner.run(static_cast<int>(partitions.size()), [&](int i) {
    InterruptScope interruptible(interrupt);
    runTask(partitions[static_cast<std::size_t>(i)], task);
  });
}

void Engine::runTask(int partition, FunctionRef<void(int)> task) {
  TaskContext::Scope scope(partition);
  ChunkSizeScope chunks(chunkSize_);
  try {
    if (isInterrupted()) throw Interrupted();
    task(partition);
    scope.succeed();
  } catch (const TaskFailure&) {
    throw;
  } catch (const OperatorFailure& failure) {
    throw TaskFailure(failure.operatorName(), partition, failure.cause());
  } catch (...) {
    throw TaskFailure({}, partition, std::current_exception());
  }
}

std::vector<int> allOf(const Node& node) {
  std::vector<int> partitions(static_cast<std::size_t>(node.partitions()));
  std::iota(partitions.begin(), partitions.end(), 0);
  return partitions;
}

}  // namespace millrace::core
