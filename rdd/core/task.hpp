#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/reader.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string>

namespace millrace {

namespace core {
struct AccumulatorPart;
class AccumulatorBase;
}  // namespace core

/// What a function that runs inside a task can know about it. (Spark: TaskContext)
class TaskContext {
 public:
  TaskContext(const TaskContext&) = delete;
  TaskContext& operator=(const TaskContext&) = delete;

  /// The task of this thread, or null outside of tasks.
  static const TaskContext* get();
  /// The number of the partition that this thread computes; 0 outside of tasks.
  static int getPartitionId();

  int partitionId() const { return partitionId_; }
  /// True once the action that this task belongs to was cancelled: a long function may look, and return early.
  bool isInterrupted() const;

  /// Makes this thread run a task until the end of the scope.
  class Scope;

 private:
  friend class core::AccumulatorBase;
  struct Parts;
  explicit TaskContext(int partition);
  ~TaskContext();

  int partitionId_;
  std::shared_ptr<Parts> parts_;  // null before the first
};

namespace core {

/// What a task has added to an accumulator so far.
struct AccumulatorPart {
  virtual ~AccumulatorPart();
};

/// The untyped half of an accumulator: parts of tasks come in when they have ended well.
class AccumulatorBase : public std::enable_shared_from_this<AccumulatorBase> {
 public:
  AccumulatorBase();
  virtual ~AccumulatorBase();
  AccumulatorBase(const AccumulatorBase&) = delete;
  AccumulatorBase& operator=(const AccumulatorBase&) = delete;
  virtual void merge(AccumulatorPart& part) = 0;
  class Lock;

 protected:
  virtual std::shared_ptr<AccumulatorPart> makePart() const = 0;
  /// What the task of this thread has added; null outside of tasks.
  AccumulatorPart* partOfTask();

 private:
  struct Mutex;
  const std::shared_ptr<Mutex> mutex_;
};

/// Keeps other threads from an accumulator's value until the end of the scope.
class AccumulatorBase::Lock {
 public:
  explicit Lock(const AccumulatorBase& accumulator);
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace core

class TaskContext::Scope {
 public:
  explicit Scope(int partition);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  /// The task has ended well: what it added to accumulators counts. Without this call it is dropped.
  void succeed();

 private:
  TaskContext context_;
  TaskContext* outer_;
};

/// A task failed: names the operator (where one ran), the partition and the cause. This is what actions throw.
class TaskFailure : public SparkException {
 public:
  TaskFailure(std::string operatorName, int partition, std::exception_ptr cause);

  /// Empty when the failure was not inside an operator.
  const std::string& operatorName() const { return operatorName_; }
  int partition() const { return partition_; }
  /// What was thrown, as it was thrown.
  std::exception_ptr cause() const { return cause_; }

 private:
  std::string operatorName_;
  int partition_;
  std::exception_ptr cause_;
};

namespace core {

/// Records per chunk on this thread; kChunkSize, unless a test made it smaller.
std::size_t chunkSize();

/// What a task throws when its action was cancelled.
class Interrupted : public SparkException {
 public:
  Interrupted() : SparkException("the action was cancelled") {}
};

/// Whether what this thread runs was cancelled, by whoever set the flag below. Tasks have the flag of the thread that runs
/// their job.
bool isInterrupted();
const std::atomic<bool>* interruptFlag();

/// Sets the flag until the end of the scope.
class InterruptScope {
 public:
  explicit InterruptScope(const std::atomic<bool>* flag);
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  const std::atomic<bool>* outer_;
};

/// Makes chunks smaller on this thread until the end of the scope, so that tests meet every boundary.
class ChunkSizeScope {
 public:
  explicit ChunkSizeScope(std::size_t size);
  ~ChunkSizeScope();
  ChunkSizeScope(const ChunkSizeScope&) = delete;
  ChunkSizeScope& operator=(const ChunkSizeScope&) = delete;

 private:
  std::size_t outer_;
};

}  // namespace core
}  // namespace millrace
