#pragma once

#include <millrace/rdd/core/run/local_properties.hpp>

#include <atomic>
#include <cstdint>

namespace millrace::core {

/// A job while it runs.
struct RunningJob {
  const int id;
  const LocalProperties properties;
  std::atomic<int> stage = -1;  // the one that runs: a job has one at a time
  std::atomic<bool> cancelled = false;
  std::atomic<std::int64_t> bytesSpilled = 0;

  /// The job that this thread runs, or runs a task of; null if there is none.
  static RunningJob* ofThread();
  /// Makes this thread one of a job, until the end of the scope.
  class Scope;
};

class RunningJob::Scope {
 public:
  explicit Scope(RunningJob* job);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  RunningJob* outer_;
};

}  // namespace millrace::core
