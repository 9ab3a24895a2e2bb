#include "build.hpp"

#include "running.hpp"

#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace millrace::programs {

Outcome run(const Program& program, const RunOptions& options) {
  Outcome outcome;
  std::int64_t time = 0;
  std::optional<Running> running;
  try {
    running.emplace(program, options);
    running->start();
    for (int i = 1; i <= program.batches; ++i) {
      time = i * program.batchMs;
      running->endBatch(time);
    }
  } catch (const std::exception& error) {
    outcome.error = error.what();
    if (time > 0) outcome.errorTime = time;
  }
  if (!running) return outcome;
  running->stop(false);
  Progress& progress = running->progress();
  std::lock_guard lock(progress.mutex);
  for (auto& [at, outputs] : progress.batches) {
    const bool isLast = at == outcome.errorTime;
    for (auto& [number, batch] : outputs) {
      if (isLast && (!progress.failed.contains(at) || number >= progress.failed[at])) break;
      outcome.batches.push_back(std::move(batch));
    }
    if (isLast) break;
  }
  return outcome;
}

}  // namespace millrace::programs
