#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/run/listener_bus.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/core/run/running_job.hpp>
#include <millrace/rdd/core/run/spark_listener.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace millrace::core {

class Stage;

/// The jobs of an engine: gives them, their stages and their tasks numbers, tells listeners of them and cancels them. It runs
/// nothing itself. Thread-safe.
class Jobs {
 public:
  /// Runs `body` as a job of this thread, with its local properties; inside of a job, as a part of that one. What it throws
  /// goes on, but for a job that was cancelled: then SparkException says by whom.
  void run(FunctionRef<void()> body);
  /// Runs `body` as a stage of `tasks` tasks that make the records of `info`. It is a job too, where none runs.
  void runStage(const OperatorInfo& info, int tasks, FunctionRef<void(Stage&)> body);

  /// Cancels what is meant of the jobs that run at this moment. A stage is cancelled with its job. The reason may be empty.
  void cancelJob(int job, const std::string& reason);
  void cancelStage(int stage, const std::string& reason);
  void cancelGroup(const std::string& group);
  void cancelAll();

  ListenerBus<SparkListener>& bus() { return bus_; }

 private:
  friend class Stage;
  struct Entry {
    RunningJob* job;
    std::string reason;  // for which it was cancelled
  };
  void cancel(const std::string& reason, const std::function<bool(const RunningJob&)>& isMeant);
  /// What a job that has ended with `failure` throws.
  std::exception_ptr end(const RunningJob& job, std::exception_ptr failure);

  ListenerBus<SparkListener> bus_{"a Spark listener"};
  std::atomic<int> nextJob_ = 0;
  std::atomic<int> nextStage_ = 0;
  std::atomic<std::int64_t> nextTask_ = 0;
  Mutex mutex_;
  std::vector<Entry> running_ MILLRACE_GUARDED_BY(mutex_);
};

/// A stage while it runs.
class Stage {
 public:
  /// Runs `body` as an attempt at a task of this stage, on any thread. What it throws goes on.
  void runTask(int partition, int attempt, FunctionRef<void()> body);

 private:
  friend class Jobs;
  Stage(Jobs& jobs, StageInfo info);
  void end(const std::exception_ptr& failure);

  Jobs& jobs_;
  const int id_;
  const bool isHeard_;
  Mutex mutex_;
  StageInfo info_ MILLRACE_GUARDED_BY(mutex_);
};

}  // namespace millrace::core
