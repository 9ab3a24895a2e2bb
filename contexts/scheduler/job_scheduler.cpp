#include <millrace/base/log.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/contexts/scheduler/job_scheduler.hpp>
#include <millrace/rdd/core/run/local_properties.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <utility>

namespace millrace::core {

namespace {

/// A batch whose jobs are queued or run.
struct Batch {
  BatchInfo info;
  std::size_t unfinished = 0;
  bool failed = false;
};

struct QueuedJob {
  std::shared_ptr<Batch> batch;
  Job job;
};

thread_local const void* jobThreadOf = nullptr;

OutputOperationInfo infoOf(const Job& job) {
  OutputOperationInfo info;
  info.batchTime = job.time;
  info.id = job.outputId;
  info.name = job.output->kind;
  info.description = job.output->describe();
  return info;
}

}  // namespace

struct JobScheduler::State {
  std::shared_ptr<Clock> clock;
  std::shared_ptr<StreamingBus> bus;
  std::shared_ptr<ContextWaiter> waiter;
  BatchEnd batchEnd;
  LocalProperties properties;
  std::shared_ptr<BatchWatch> watch;

  Mutex mutex;  // guards the batches too
  ConditionVariable changed;
  std::deque<QueuedJob> queue MILLRACE_GUARDED_BY(mutex);
  std::size_t pending MILLRACE_GUARDED_BY(mutex) = 0;
  std::multiset<std::string> running MILLRACE_GUARDED_BY(mutex);
  bool stopped MILLRACE_GUARDED_BY(mutex) = false;

  void work();
  void runJob(QueuedJob& queued);
  LocalProperties propertiesOf(const OutputOperationInfo& output) const;
  void begin(Batch& batch, OutputOperationInfo& output, bool isOfGraph);
  void end(Batch& batch, const OutputOperationInfo& begun, bool isOfGraph, const std::exception_ptr& failure);
  void tell(void (BatchWatch::*event)(const BatchInfo&), const BatchInfo& batch) MILLRACE_REQUIRES(mutex);
};

void JobScheduler::State::work() {
  jobThreadOf = this;
  MutexLock lock(mutex);
  for (;;) {
    while (!stopped && queue.empty()) changed.wait(lock);
    if (stopped) break;
    std::optional<QueuedJob> queued = std::move(queue.front());
    queue.pop_front();
    std::string name = "batch " + queued->job.time.toString() + ", " + queued->job.output->describe();
    auto entry = running.insert(std::move(name));
    lock.unlock();
    runJob(*queued);
    queued.reset();
    lock.lock();
    running.erase(entry);
    changed.notifyAll();
  }
}

void JobScheduler::State::runJob(QueuedJob& queued) {
  Batch& batch = *queued.batch;
  OutputOperationInfo output = infoOf(queued.job);
  const bool isOfGraph = queued.job.isOfGraph;
  begin(batch, output, isOfGraph);
  const LocalPropertiesScope scope(propertiesOf(output));
  std::exception_ptr failure;
  try {
    queued.job.run();
  } catch (...) {
    failure = std::current_exception();
  }
  queued.job.run = nullptr;
  end(batch, output, isOfGraph, failure);
}

LocalProperties JobScheduler::State::propertiesOf(const OutputOperationInfo& output) const {
  LocalProperties all = properties;
  all[kJobDescriptionProperty] =
      "Streaming job of batch " + output.batchTime.toString() + ", " + output.description;
  all[kBatchTimeProperty] = std::to_string(output.batchTime.milliseconds());
  all[kOutputOpIdProperty] = std::to_string(output.id);
  return all;
}

void JobScheduler::State::begin(Batch& batch, OutputOperationInfo& output, bool isOfGraph) {
  output.startTime = clock->now();
  MutexLock lock(mutex);
  if (!batch.info.processingStartTime) {
    batch.info.processingStartTime = output.startTime;
    bus->post([info = batch.info](StreamingListener& to) { to.onBatchStarted(info); });
    tell(&BatchWatch::onBatchStarted, batch.info);
  }
  if (isOfGraph) return;
  batch.info.outputOperationInfos[output.id] = output;
  bus->post([output](StreamingListener& to) { to.onOutputOperationStarted(output); });
}

void JobScheduler::State::end(Batch& batch, const OutputOperationInfo& begun, bool isOfGraph,
                              const std::exception_ptr& failure) {
  OutputOperationInfo output = begun;
  output.endTime = clock->now();
  if (failure) {
    output.failureReason = describeException(failure);
    auto error = std::make_exception_ptr(BatchFailure(output.batchTime, output.description, failure));
    logError("an output operation failed", {{"error", describeException(error)}});
    waiter->notifyError(error);
  }
  bool last = false;
  {
    MutexLock lock(mutex);
    if (isOfGraph && failure)
      bus->post([begun](StreamingListener& to) { to.onOutputOperationStarted(begun); });
    if (!isOfGraph || failure) {
      batch.info.outputOperationInfos[output.id] = output;
      bus->post([output](StreamingListener& to) { to.onOutputOperationCompleted(output); });
    }
    batch.failed = batch.failed || failure != nullptr;
    last = --batch.unfinished == 0;
    if (last) batch.info.processingEndTime = output.endTime;
  }
  if (!last) return;
  batchEnd(batch.info.batchTime, !batch.failed);
  bus->post([info = batch.info](StreamingListener& to) { to.onBatchCompleted(info); });
  MutexLock lock(mutex);
  --pending;
  tell(&BatchWatch::onBatchEnded, batch.info);
  changed.notifyAll();
}

void JobScheduler::State::tell(void (BatchWatch::*event)(const BatchInfo&), const BatchInfo& batch) {
  if (watch) ((*watch).*event)(batch);
}

JobScheduler::JobScheduler(int threads, std::shared_ptr<Clock> clock, std::shared_ptr<StreamingBus> bus,
                           std::shared_ptr<ContextWaiter> waiter, BatchEnd batchEnd,
                           std::shared_ptr<BatchWatch> watch)
    : state_(std::make_shared<State>()) {
  state_->clock = std::move(clock);
  state_->bus = std::move(bus);
  state_->waiter = std::move(waiter);
  state_->batchEnd = std::move(batchEnd);
  state_->properties = localProperties();
  for (const char* ofGroup : {kJobGroupProperty, kInterruptOnCancelProperty})
    state_->properties.erase(ofGroup);
  state_->watch = std::move(watch);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([state = state_] { state->work(); });
}

JobScheduler::~JobScheduler() { stop(std::chrono::steady_clock::now()); }

void JobScheduler::submit(Time batchTime, std::vector<Job> jobs, std::map<int, StreamInputInfo> inputs) {
  auto batch = std::make_shared<Batch>();
  batch->unfinished = jobs.size();
  batch->info.batchTime = batchTime;
  batch->info.streamIdToInputInfo = std::move(inputs);
  if (jobs.empty()) {
    if (pendingBatches() == 0) state_->batchEnd(batchTime, true);
    MutexLock lock(state_->mutex);
    state_->tell(&BatchWatch::onBatchWithoutJobs, batch->info);
    return;
  }
  batch->info.submissionTime = state_->clock->now();
  for (const Job& job : jobs) {
    if (!job.isOfGraph) batch->info.outputOperationInfos[job.outputId] = infoOf(job);
  }
  {
    MutexLock lock(state_->mutex);
    if (state_->stopped) return;
    state_->bus->post([info = batch->info](StreamingListener& to) { to.onBatchSubmitted(info); });
    ++state_->pending;
    state_->tell(&BatchWatch::onBatchSubmitted, batch->info);
    for (Job& job : jobs) state_->queue.push_back({batch, std::move(job)});
  }
  state_->changed.notifyAll();
}

void JobScheduler::submitFailed(Time batchTime, std::vector<Job> others,
                                std::map<int, StreamInputInfo> inputs, std::exception_ptr cause) {
  for (std::size_t i = 0; i < others.size(); ++i) others[i].outputId = static_cast<int>(i);
  const auto making = std::make_shared<const OperatorInfo>(OperatorInfo{"making its jobs", -1, {}});
  others.push_back(Job{batchTime, static_cast<int>(others.size()), making,
                       [cause = std::move(cause)] { std::rethrow_exception(cause); }});
  submit(batchTime, std::move(others), std::move(inputs));
}

std::size_t JobScheduler::pendingBatches() const {
  MutexLock lock(state_->mutex);
  return state_->pending;
}

bool JobScheduler::awaitFewerThan(std::size_t count, std::chrono::steady_clock::time_point deadline) const {
  MutexLock lock(state_->mutex);
  while (!state_->stopped && state_->pending >= count && state_->changed.waitUntil(lock, deadline)) continue;
  return !state_->stopped && state_->pending < count;
}

std::string JobScheduler::runningNow() const {
  MutexLock lock(state_->mutex);
  std::string text;
  for (const std::string& name : state_->running) text += (text.empty() ? "" : "; ") + name;
  return text;
}

bool JobScheduler::isJobThread() const { return jobThreadOf == state_.get(); }

bool JobScheduler::stop(std::chrono::steady_clock::time_point deadline) {
  std::deque<QueuedJob> dropped;
  {
    MutexLock lock(state_->mutex);
    state_->stopped = true;
    dropped.swap(state_->queue);
    state_->changed.notifyAll();
  }
  bool ended = true;
  for (DetachableThread& thread : threads_) ended = thread.join(deadline) && ended;
  return ended;
}

}  // namespace millrace::core
