#include <millrace/base/clock.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/records/task_counts.hpp>
#include <millrace/rdd/core/run/jobs.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace millrace::core {

namespace {

std::int64_t now() { return SystemClock().now(); }

std::optional<std::string> reasonOf(const std::exception_ptr& failure) {
  if (!failure) return std::nullopt;
  return describeException(failure);
}

std::exception_ptr failureOf(FunctionRef<void()> body) {
  try {
    body();
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

TaskMetrics metricsOf(const TaskCounts& counts, std::int64_t runTime) {
  TaskMetrics metrics;
  metrics.executorRunTime = runTime;
  metrics.recordsRead = counts.recordsRead;
  metrics.bytesRead = counts.bytesRead;
  metrics.recordsWritten = counts.recordsWritten;
  metrics.bytesWritten = counts.bytesWritten;
  metrics.diskBytesSpilled = counts.bytesSpilled;
  return metrics;
}

void addTo(TaskMetrics& all, const TaskMetrics& more) {
  all.executorRunTime += more.executorRunTime;
  all.recordsRead += more.recordsRead;
  all.bytesRead += more.bytesRead;
  all.recordsWritten += more.recordsWritten;
  all.bytesWritten += more.bytesWritten;
  all.diskBytesSpilled += more.diskBytesSpilled;
}

}  // namespace

void Jobs::run(FunctionRef<void()> body) {
  if (RunningJob::ofThread() != nullptr) return body();
  RunningJob job{nextJob_++, localProperties()};
  {
    MutexLock lock(mutex_);
    running_.push_back({&job, {}});
  }
  if (bus_.isHeard())
    bus_.post([started = SparkListenerJobStart{job.id, now(), job.properties}](SparkListener& to) {
      to.onJobStart(started);
    });
  std::exception_ptr failure = failureOf([&] {
    const RunningJob::Scope running(&job);
    const InterruptScope interruptible(job.cancelled);
    body();
  });
  failure = end(job, std::move(failure));
  if (job.bytesSpilled > 0)
    logInfo("memory had no room for all that a job shuffled, and a part went to the disk",
            {{"job", job.id}, {"bytes", job.bytesSpilled.load()}});
  if (bus_.isHeard())
    bus_.post([ended = SparkListenerJobEnd{job.id, now(), reasonOf(failure)}](SparkListener& to) {
      to.onJobEnd(ended);
    });
  if (failure) std::rethrow_exception(failure);
}

std::exception_ptr Jobs::end(const RunningJob& job, std::exception_ptr failure) {
  MutexLock lock(mutex_);
  const auto entry = std::ranges::find(running_, &job, &Entry::job);
  const std::string reason = std::move(entry->reason);
  running_.erase(entry);
  if (!failure || !job.cancelled) return failure;
  return std::make_exception_ptr(SparkException("job " + std::to_string(job.id) + " cancelled" +
                                                (reason.empty() ? "" : " (" + reason + ")")));
}

void Jobs::runStage(const OperatorInfo& info, int tasks, FunctionRef<void(Stage&)> body) {
  run([&] {
    RunningJob& job = *RunningJob::ofThread();
    StageInfo about;
    about.stageId = nextStage_++;
    about.jobId = job.id;
    about.name = info.describe();
    about.numTasks = tasks;
    about.submissionTime = now();
    job.stage = about.stageId;
    Stage stage(*this, std::move(about));
    const std::exception_ptr failure = failureOf([&] { body(stage); });
    job.stage = -1;
    stage.end(failure);
    if (failure) std::rethrow_exception(failure);
  });
}

void Jobs::cancelJob(int job, const std::string& reason) {
  cancel(reason, [=](const RunningJob& each) { return each.id == job; });
}

void Jobs::cancelStage(int stage, const std::string& reason) {
  const std::string text = "because stage " + std::to_string(stage) + " was cancelled";
  cancel(reason.empty() ? text : text + ": " + reason,
         [=](const RunningJob& each) { return each.stage == stage; });
}

void Jobs::cancelGroup(const std::string& group) {
  cancel("part of cancelled job group " + group,
         [&](const RunningJob& each) { return valueOf(each.properties, kJobGroupProperty) == group; });
}

void Jobs::cancelAll() {
  cancel("as part of cancellation of all jobs", [](const RunningJob&) { return true; });
}

void Jobs::cancel(const std::string& reason, const std::function<bool(const RunningJob&)>& isMeant) {
  MutexLock lock(mutex_);
  for (Entry& entry : running_) {
    if (entry.job->cancelled || !isMeant(*entry.job)) continue;
    entry.reason = reason;
    entry.job->cancelled = true;
  }
}

Stage::Stage(Jobs& jobs, StageInfo info)
    : jobs_(jobs), id_(info.stageId), isHeard_(jobs.bus().isHeard()), info_(std::move(info)) {
  if (!isHeard_) return;
  MutexLock lock(mutex_);
  jobs_.bus().post([submitted = SparkListenerStageSubmitted{info_}](SparkListener& to) {
    to.onStageSubmitted(submitted);
  });
}

void Stage::end(const std::exception_ptr& failure) {
  if (!isHeard_) return;
  MutexLock lock(mutex_);
  info_.completionTime = now();
  info_.failureReason = reasonOf(failure);
  jobs_.bus().post([completed = SparkListenerStageCompleted{info_}](SparkListener& to) {
    to.onStageCompleted(completed);
  });
}

void Stage::runTask(int partition, int attempt, FunctionRef<void()> body) {
  if (!isHeard_) return body();
  TaskInfo task;
  task.taskId = jobs_.nextTask_++;
  task.partitionId = partition;
  task.attemptNumber = attempt;
  task.launchTime = now();
  jobs_.bus().post(
      [started = SparkListenerTaskStart{id_, task}](SparkListener& to) { to.onTaskStart(started); });
  const TaskCounts before = taskCounts();
  const std::exception_ptr failure = failureOf(body);
  task.finishTime = now();
  task.killed = failure != nullptr && isInterrupted();
  task.failed = failure != nullptr && !task.killed;
  const TaskMetrics metrics = metricsOf(taskCounts() - before, *task.finishTime - task.launchTime);
  {
    MutexLock lock(mutex_);
    addTo(info_.taskMetrics, metrics);
  }
  jobs_.bus().post([ended = SparkListenerTaskEnd{id_, task, reasonOf(failure), metrics}](SparkListener& to) {
    to.onTaskEnd(ended);
  });
  if (failure) std::rethrow_exception(failure);
}

}  // namespace millrace::core
