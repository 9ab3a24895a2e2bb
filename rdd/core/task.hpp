#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/reader.hpp>

#include <exception>
#include <string>

namespace millrace {

/// What a function that runs inside a task can know about it. (Spark: TaskContext)
class TaskContext {
 public:
  /// The task of this thread, or null outside of tasks.
  static const TaskContext* get();
  /// The number of the partition that this thread computes; 0 outside of tasks.
  static int getPartitionId();

  int partitionId() const { return partitionId_; }

  /// Makes this thread run a task until the end of the scope.
  class Scope;

 private:
  explicit TaskContext(int partition) : partitionId_(partition) {}

  int partitionId_;
};

class TaskContext::Scope {
 public:
  explicit Scope(int partition);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  TaskContext context_;
  const TaskContext* outer_;
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
