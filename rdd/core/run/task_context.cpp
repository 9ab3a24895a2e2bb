#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/accumulator_base.hpp>
#include <millrace/rdd/core/run/running_job.hpp>
#include <millrace/rdd/core/run/task_context.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

namespace millrace {

namespace {

thread_local TaskContext* currentTask = nullptr;

int exitCode = 0;

// Destroyed after the statics of the program, and before those of the libraries below.
const core::EndOfProcess endOfProcess;

}  // namespace

const TaskContext* TaskContext::get() { return currentTask; }

int TaskContext::getPartitionId() { return currentTask == nullptr ? 0 : currentTask->partitionId(); }

std::optional<std::string> TaskContext::getLocalProperty(std::string_view key) const {
  const core::RunningJob* job = core::RunningJob::ofThread();
  return job == nullptr ? std::nullopt : core::valueOf(job->properties, key);
}

bool TaskContext::isInterrupted() const { return core::isInterrupted(); }

struct TaskContext::Parts {
  std::vector<std::pair<std::shared_ptr<core::AccumulatorBase>, std::shared_ptr<core::AccumulatorPart>>> all;
};

TaskContext::TaskContext(int partition, int attempt) : partitionId_(partition), attempt_(attempt) {}
TaskContext::~TaskContext() = default;

TaskContext::Scope::Scope(int partition, int attempt)
    : context_(partition, attempt), outer_(std::exchange(currentTask, &context_)) {}

TaskContext::Scope::~Scope() { currentTask = outer_; }

void TaskContext::Scope::succeed() {
  if (!context_.parts_) return;
  for (auto& [accumulator, part] : context_.parts_->all) accumulator->merge(*part);
  context_.parts_.reset();
}

namespace core {

void allowExitInTasks() {
  [[maybe_unused]] static const int registered = ::on_exit([](int code, void*) { exitCode = code; }, nullptr);
}

EndOfProcess::~EndOfProcess() {
  if (currentTask == nullptr) return;
  std::cout.flush();
  std::clog.flush();
  std::fflush(nullptr);
  ::_exit(exitCode);
}

AccumulatorPart::~AccumulatorPart() = default;

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

}  // namespace core
}  // namespace millrace
