#include <millrace/base/mutex.hpp>
#include <millrace/rdd/core/run/job_runner.hpp>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <thread>
#include <vector>

namespace millrace::core {

namespace {

/// Runs tasks until one fails; remembers the failure with the lowest number.
class Attempt {
 public:
  explicit Attempt(FunctionRef<void(int)> task) : task_(task) {}

  void run(int number) noexcept {
    if (failed_.load(std::memory_order_relaxed)) return;
    try {
      task_(number);
    } catch (...) {
      MutexLock lock(mutex_);
      if (number < number_) {
        number_ = number;
        failure_ = std::current_exception();
      }
      failed_.store(true, std::memory_order_relaxed);
    }
  }
  void rethrow() {
    MutexLock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  FunctionRef<void(int)> task_;
  std::atomic<bool> failed_ = false;
  Mutex mutex_;
  int number_ MILLRACE_GUARDED_BY(mutex_) = std::numeric_limits<int>::max();
  std::exception_ptr failure_ MILLRACE_GUARDED_BY(mutex_);
};

/// Tasks begin in the order of their numbers, since what they write is merged in it: TBB alone would begin with both halves
/// of the range.
class TbbJobRunner final : public JobRunner {
 public:
  explicit TbbJobRunner(int threads)
      : threads_(threads),
        control_(tbb::global_control::max_allowed_parallelism, 2 * static_cast<std::size_t>(threads) + 1),
        arena_(threads, 1) {}

  void run(int tasks, FunctionRef<void(int)> task) override {
    Attempt attempt(task);
    if (tasks == 1) {
      attempt.run(0);
    } else {
      std::atomic<int> next = 0;
      arena_.execute([&] {
        tbb::this_task_arena::isolate([&] {
          auto alone = [&](int) { tbb::this_task_arena::isolate([&] { attempt.run(next++); }); };
          tbb::parallel_for(0, tasks, alone, tbb::simple_partitioner());
        });
      });
    }
    attempt.rethrow();
  }
  int threads() const override { return threads_; }

 private:
  int threads_;
  tbb::global_control control_;
  tbb::task_arena arena_;
};

class ThreadJobRunner final : public JobRunner {
 public:
  explicit ThreadJobRunner(int threads) : threads_(threads) {}

  void run(int tasks, FunctionRef<void(int)> task) override {
    Attempt attempt(task);
    std::atomic<int> next = 0;
    auto work = [&] {
      for (int number = next++; number < tasks; number = next++) attempt.run(number);
    };
    std::vector<std::jthread> helpers;
    for (int i = 1; i < std::min(threads_, tasks); ++i) helpers.emplace_back(work);
    work();
    helpers.clear();
    attempt.rethrow();
  }
  int threads() const override { return threads_; }

 private:
  int threads_;
};

class InlineJobRunner final : public JobRunner {
 public:
  void run(int tasks, FunctionRef<void(int)> task) override {
    for (int number = 0; number < tasks; ++number) task(number);
  }
  int threads() const override { return 1; }
};

}  // namespace

std::unique_ptr<JobRunner> tbbJobRunner(int threads) { return std::make_unique<TbbJobRunner>(threads); }
std::unique_ptr<JobRunner> threadJobRunner(int threads) { return std::make_unique<ThreadJobRunner>(threads); }
std::unique_ptr<JobRunner> inlineJobRunner() { return std::make_unique<InlineJobRunner>(); }

}  // namespace millrace::core
