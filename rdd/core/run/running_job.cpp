#include <millrace/rdd/core/run/running_job.hpp>

#include <utility>

namespace millrace::core {

namespace {

thread_local RunningJob* currentJob = nullptr;

}  // namespace

RunningJob* RunningJob::ofThread() { return currentJob; }

RunningJob::Scope::Scope(RunningJob* job) : outer_(std::exchange(currentJob, job)) {}

RunningJob::Scope::~Scope() { currentJob = outer_; }

}  // namespace millrace::core
