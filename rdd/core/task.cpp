#include <millrace/rdd/core/operator_info.hpp>
#include <millrace/rdd/core/task.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace millrace {

namespace {

thread_local TaskContext* currentTask = nullptr;
thread_local const std::atomic<bool>* currentInterrupt = nullptr;
thread_local std::size_t currentChunkSize = core::kChunkSize;

std::string describeFailure(const std::string& operatorName, int partition, const std::exception_ptr& cause) {
  std::string place = operatorName.empty() ? "a task" : operatorName;
  return place + " failed in partition " + std::to_string(partition) + ": " + core::describeException(cause);
}

}  // namespace

const TaskContext* TaskContext::get() { return currentTask; }

int TaskContext::getPartitionId() { return currentTask == nullptr ? 0 : currentTask->partitionId(); }

bool TaskContext::isInterrupted() const { return core::isInterrupted(); }

struct TaskContext::Parts {
  std::vector<std::pair<std::shared_ptr<core::AccumulatorBase>, std::shared_ptr<core::AccumulatorPart>>> all;
};

TaskContext::TaskContext(int partition) : partitionId_(partition) {}
TaskContext::~TaskContext() = default;

TaskContext::Scope::Scope(int partition)
    : context_(partition), outer_(std::exchange(currentTask, &context_)) {}

TaskContext::Scope::~Scope() { currentTask = outer_; }

void TaskContext::Scope::succeed() {
  if (!context_.parts_) return;
  for (auto& [accumulator, part] : context_.parts_->all) accumulator->merge(*part);
  context_.parts_.reset();
}

TaskFailure::TaskFailure(std::string operatorName, int partition, std::exception_ptr cause)
    : SparkException(describeFailure(operatorName, partition, cause)),
      operatorName_(std::move(operatorName)),
      partition_(partition),
      cause_(std::move(cause)) {}

namespace core {

AccumulatorPart::~AccumulatorPart() = default;

struct AccumulatorBase::Mutex : std::mutex {};

AccumulatorBase::AccumulatorBase() : mutex_(std::make_shared<Mutex>()) {}
AccumulatorBase::~AccumulatorBase() = default;

AccumulatorBase::Lock::Lock(const AccumulatorBase& accumulator) : mutex_(*accumulator.mutex_) {
  mutex_.lock();
}
AccumulatorBase::Lock::~Lock() { mutex_.unlock(); }

AccumulatorPart* AccumulatorBase::partOfTask() {
  if (currentTask == nullptr) return nullptr;
  if (!currentTask->parts_) currentTask->parts_ = std::make_shared<TaskContext::Parts>();
  auto& parts = currentTask->parts_->all;
  for (auto& [accumulator, part] : parts)
    if (accumulator.get() == this) return part.get();
  return parts.emplace_back(shared_from_this(), makePart()).second.get();
}

bool isInterrupted() {
  return currentInterrupt != nullptr && currentInterrupt->load(std::memory_order_relaxed);
}

const std::atomic<bool>* interruptFlag() { return currentInterrupt; }

InterruptScope::InterruptScope(const std::atomic<bool>* flag)
    : outer_(std::exchange(currentInterrupt, flag)) {}

InterruptScope::~InterruptScope() { currentInterrupt = outer_; }

std::size_t chunkSize() { return currentChunkSize; }

ChunkSizeScope::ChunkSizeScope(std::size_t size) : outer_(std::exchange(currentChunkSize, size)) {}

ChunkSizeScope::~ChunkSizeScope() { currentChunkSize = outer_; }

}  // namespace core
}  // namespace millrace
