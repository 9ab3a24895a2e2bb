#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

namespace core {
struct AccumulatorPart;
class AccumulatorBase;

/// Makes exit() inside a task end the process with its code, see TaskContext. Called before tasks run, any number of times.
void allowExitInTasks();

/// Ends the process where its statics are destroyed, if a task called exit(). One stands in each library that must be over
/// before others below it are.
struct EndOfProcess {
  ~EndOfProcess();
};
}  // namespace core

/// What a function that runs inside a task can know about it. (Spark: TaskContext)
///
/// A function may end the process by exit(). What the program registered for that, and its statics, are over first, as
/// usual; then the process ends with that code at once, because the libraries below cannot be taken down from inside of one of
/// their own threads.
class TaskContext {
 public:
  TaskContext(const TaskContext&) = delete;
  TaskContext& operator=(const TaskContext&) = delete;

  /// The task of this thread, or null outside of tasks.
  static const TaskContext* get();
  /// The number of the partition that this thread computes; 0 outside of tasks.
  static int getPartitionId();

  int partitionId() const { return partitionId_; }
  /// How often this task has failed so far, see spark.task.maxFailures.
  int attemptNumber() const { return attempt_; }
  /// What the thread that runs the job had said by SparkContext::setLocalProperty; nothing if it said nothing.
  std::optional<std::string> getLocalProperty(std::string_view key) const;
  /// True once the job or action that this task belongs to was cancelled: a long function can ask, and return early.
  bool isInterrupted() const;

  /// Makes this thread run a task until the end of the scope.
  class Scope;

 private:
  friend class core::AccumulatorBase;
  struct Parts;
  TaskContext(int partition, int attempt);
  ~TaskContext();

  int partitionId_;
  int attempt_;
  std::shared_ptr<Parts> parts_;  // null until the task adds to an accumulator
};

class TaskContext::Scope {
 public:
  explicit Scope(int partition, int attempt = 0);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  /// The task has ended well: what it added to accumulators counts. Without this call it is dropped.
  void succeed();

 private:
  TaskContext context_;
  TaskContext* outer_;
};

}  // namespace millrace
