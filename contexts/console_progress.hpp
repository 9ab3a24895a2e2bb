#pragma once

#include <millrace/base/clock.hpp>
#include <millrace/contexts/terminal.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>

#include <memory>
#include <span>
#include <string>

namespace millrace::core {

/// How far the tasks of a stage are: those of a job's result, or of the map side of a shuffle.
struct StageProgress {
  int stage = 0;
  int tasks = 1;
  int done = 0;
  int running = 0;
};

/// `[Stage 3:=====>          (12 + 2) / 40]`, as wide as `columns` allows, which several share. (Spark's look)
std::string progressBar(std::span<const StageProgress> stages, int columns);

/// Runs tasks on `runner`, and shows on `terminal` how far those stages are that have been running for more than half a
/// second, at most three at once, every 200 ms until they end. Stages are numbered in the order in which they begin.
///
/// A runner is where the number of tasks and their ends are known, so nothing below knows of the bar, and without it
/// nothing counts. Nobody asks a task that takes long how far it is, so drawing has a thread, which is there from the first
/// stage on and sleeps while none runs. (Spark: ConsoleProgressBar)
std::unique_ptr<JobRunner> withConsoleProgress(std::unique_ptr<JobRunner> runner,
                                               std::unique_ptr<Terminal> terminal,
                                               std::shared_ptr<Clock> clock);

}  // namespace millrace::core
