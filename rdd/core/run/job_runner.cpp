#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/let_others_first.hpp>
#include <millrace/base/mutex.hpp>
#include <millrace/base/unlocked.hpp>
#include <millrace/rdd/core/records/interrupt.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>
#include <millrace/rdd/core/run/running_job.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

/// How long a job that waits for a thread may not notice that it was cancelled, which wakes nobody.
constexpr std::chrono::milliseconds kBetweenLooks{50};

/// The tasks of one call of run(), under the lock of the pool. The failure of the lowest number is kept.
struct TaskSet {
  const FunctionRef<void(int)> task;
  const int job;
  const std::string pool;
  int waiting;  // those with the highest numbers
  int next = 0;
  int running = 0;
  int failed = std::numeric_limits<int>::max();
  std::exception_ptr failure = nullptr;
  ConditionVariable changed = {};  // it has ended, or it is its turn

  bool hasEnded() const { return waiting == 0 && running == 0; }
};

TaskSet taskSetOf(int tasks, FunctionRef<void(int)> task) {
  const RunningJob* job = RunningJob::ofThread();
  if (job == nullptr) return {task, -1, "default", tasks};
  return {task, job->id, valueOf(job->properties, kPoolProperty).value_or("default"), tasks};
}

/// The part of a pool that its workers share with it.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(int threads, SchedulingMode mode) : threads_(threads), mode_(mode) {}

  int threads() const { return threads_; }
  void run(TaskSet& set);
  /// Lets workers end. One that runs a task of somebody, which is so only where such a task has called exit(), is left to
  /// itself.
  void stop();

 private:
  void startWorkers() MILLRACE_REQUIRES(mutex_);
  void work();
  /// The set whose task is to begin now; null if none waits, or no thread is free for it.
  TaskSet* nextSet() const MILLRACE_REQUIRES(mutex_);
  TaskSet* firstSet() const MILLRACE_REQUIRES(mutex_);
  TaskSet* fairestSet() const MILLRACE_REQUIRES(mutex_);
  void runOne(TaskSet& set) MILLRACE_REQUIRES(mutex_);
  static void fail(TaskSet& set, int number, std::exception_ptr failure);
  /// Wakes those of whom one is to run the next task.
  void passOn() MILLRACE_REQUIRES(mutex_);

  const int threads_;
  const SchedulingMode mode_;
  Mutex mutex_;
  ConditionVariable workToDo_;
  std::vector<TaskSet*> sets_ MILLRACE_GUARDED_BY(mutex_);  // in the order of their jobs
  int running_ MILLRACE_GUARDED_BY(mutex_) = 0;
  bool stopped_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::vector<DetachableThread> workers_ MILLRACE_GUARDED_BY(mutex_);
};

void Pool::stop() {
  std::vector<DetachableThread> workers;
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    if (running_ == 0) workers.swap(workers_);
    workToDo_.notifyAll();
  }
  for (DetachableThread& worker : workers) worker.join(std::chrono::steady_clock::time_point::max());
}

void Pool::startWorkers() {
  while (std::ssize(workers_) < threads_ - 1)
    workers_.emplace_back([self = shared_from_this()] { self->work(); });
}

void Pool::run(TaskSet& set) {
  MutexLock lock(mutex_);
  if (set.waiting > 1) startWorkers();
  sets_.insert(std::ranges::upper_bound(sets_, set.job, {}, &TaskSet::job), &set);
  for (int i = 1; i < std::min(set.waiting, threads_); ++i) workToDo_.notifyOne();
  while (!set.hasEnded()) {
    if (nextSet() == &set) {
      runOne(set);
    } else if (set.waiting > 0 && isInterrupted()) {
      fail(set, set.next, std::make_exception_ptr(Interrupted()));
    } else {
      set.changed.waitUntil(lock, std::chrono::steady_clock::now() + kBetweenLooks);
    }
  }
  std::erase(sets_, &set);
}

void Pool::work() {
  letOthersFirst();
  MutexLock lock(mutex_);
  for (;;) {
    if (TaskSet* set = nextSet()) {
      runOne(*set);
    } else if (stopped_) {
      return;
    } else {
      workToDo_.wait(lock);
    }
  }
}

TaskSet* Pool::nextSet() const {
  if (running_ == threads_) return nullptr;
  return mode_ == SchedulingMode::kFair ? fairestSet() : firstSet();
}

TaskSet* Pool::firstSet() const {
  const auto first = std::ranges::find_if(sets_, [](const TaskSet* set) { return set->waiting > 0; });
  return first == sets_.end() ? nullptr : *first;
}

TaskSet* Pool::fairestSet() const {
  std::map<std::string, int> runningOf;
  for (const TaskSet* set : sets_) runningOf[set->pool] += set->running;
  const auto share = [&](const TaskSet& set) { return std::tie(runningOf[set.pool], set.pool); };
  TaskSet* fairest = nullptr;
  for (TaskSet* set : sets_)
    if (set->waiting > 0 && (fairest == nullptr || share(*set) < share(*fairest))) fairest = set;
  return fairest;
}

void Pool::runOne(TaskSet& set) {
  const int number = set.next++;
  --set.waiting;
  ++set.running;
  ++running_;
  passOn();
  std::exception_ptr failure;
  {
    Unlocked unlocked(mutex_);
    try {
      set.task(number);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  --running_;
  --set.running;
  if (failure) fail(set, number, std::move(failure));
  if (set.hasEnded()) set.changed.notifyAll();
  passOn();
}

void Pool::fail(TaskSet& set, int number, std::exception_ptr failure) {
  set.waiting = 0;
  if (number >= set.failed) return;
  set.failed = number;
  set.failure = std::move(failure);
}

void Pool::passOn() {
  TaskSet* next = nextSet();
  if (next == nullptr) return;
  next->changed.notifyAll();
  workToDo_.notifyOne();
}

class PoolJobRunner final : public JobRunner {
 public:
  PoolJobRunner(int threads, SchedulingMode mode) : pool_(std::make_shared<Pool>(threads, mode)) {}
  ~PoolJobRunner() override { pool_->stop(); }

  void run(int tasks, FunctionRef<void(int)> task) override {
    if (tasks == 0) return;
    TaskSet set = taskSetOf(tasks, task);
    pool_->run(set);
    if (set.failure) std::rethrow_exception(set.failure);
  }
  int threads() const override { return pool_->threads(); }

 private:
  const std::shared_ptr<Pool> pool_;
};

class InlineJobRunner final : public JobRunner {
 public:
  void run(int tasks, FunctionRef<void(int)> task) override {
    for (int number = 0; number < tasks; ++number) task(number);
  }
  int threads() const override { return 1; }
};

}  // namespace

std::unique_ptr<JobRunner> poolJobRunner(int threads, SchedulingMode mode) {
  return std::make_unique<PoolJobRunner>(threads, mode);
}
std::unique_ptr<JobRunner> inlineJobRunner() { return std::make_unique<InlineJobRunner>(); }

}  // namespace millrace::core
