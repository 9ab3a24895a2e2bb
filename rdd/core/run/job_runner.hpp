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

/// On the TBB worker pool, the caller helping.
std::unique_ptr<JobRunner> tbbJobRunner(int threads);
/// On threads of its own for each job: for ThreadSanitizer, which knows nothing of the packaged TBB.
std::unique_ptr<JobRunner> threadJobRunner(int threads);
/// On the caller, in order: deterministic.
std::unique_ptr<JobRunner> inlineJobRunner();

}  // namespace millrace::core
