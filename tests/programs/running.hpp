#pragma once

#include "build.hpp"
#include "program.hpp"
#include "progress.hpp"

#include <millrace/base/clock.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/contexts/streaming_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace millrace::programs {

/// Where a run keeps how far it has come, and when it begins.
struct Kept {
  std::shared_ptr<FileSystem> files;
  std::string directory;
  std::int64_t now = 0;
};

/// A program on the engine, on a manual clock that a test moves from batch to batch.
class Running {
 public:
  /// Builds the program, which has to outlive it; with what is `kept` it goes on.
  Running(const Program& program, const RunOptions& options, const std::optional<Kept>& kept = std::nullopt);

  void start() { context_->start(); }
  /// Waits until the checkpoint covers a batch that has ended.
  void awaitDurable(std::int64_t time);
  /// Lets the records of batches up to that time be polled, which a run does for the first batch behind the time at which it begins.
  void offer(std::int64_t time);
  /// Moves the clock to the end of a batch and waits until that is done. Throws what failed.
  void endBatch(std::int64_t time);
  void stop(bool gracefully) { context_->stop(true, gracefully); }

  Progress& progress() { return *progress_; }

 private:
  const std::shared_ptr<Progress> progress_ = std::make_shared<Progress>();
  const std::shared_ptr<ManualClock> clock_;
  std::optional<StreamingContext> context_;
};

}  // namespace millrace::programs
