#pragma once

#include <millrace/base/function_ref.hpp>

#include <memory>

namespace millrace::core {

/// Runs the tasks of a job. `run` calls task(0) … task(tasks - 1), each once, and returns when all have ended. After
/// the first failure no further task begins, and the failure of the lowest number is rethrown. May be called from
/// several threads, never from inside a task.
class JobRunner {
 public:
  virtual ~JobRunner() = default;
  virtual void run(int tasks, FunctionRef<void(int)> task) = 0;
  virtual int threads() const = 0;
};

/// Whose task a thread takes when several jobs want it. (Spark: spark.scheduler.mode)
enum class SchedulingMode {
  kFifo,  ///< that of the job that began first
  kFair   ///< that of the pool of which the fewest tasks run, and there as above
};

/// On a pool of threads, of which each caller is one while it runs tasks: so many tasks run at once, whatever number of
/// jobs there are. Tasks of a job begin in the order of their numbers, since what they write is merged in it. A caller takes
/// tasks of its own job only, so that no job waits for the end of a task of another one.
std::unique_ptr<JobRunner> poolJobRunner(int threads, SchedulingMode mode = SchedulingMode::kFifo);
/// On the caller, in order: deterministic.
std::unique_ptr<JobRunner> inlineJobRunner();

}  // namespace millrace::core
