#include <millrace/base/mutex.hpp>
#include <millrace/continuous/task_pool.hpp>
#include <millrace/rdd/core/run/task_context.hpp>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

// Destroyed before the statics of TBB, which cannot be taken down from inside of one of its threads.
const EndOfProcess endOfProcess;

class TbbTaskPool final : public TaskPool {
 public:
  explicit TbbTaskPool(int workers)
      : allowed_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers) + 1),
        arena_(workers, 0) {}
  ~TbbTaskPool() override { TbbTaskPool::awaitIdle(); }
  void awaitIdle() override {
    MutexLock lock(mutex_);
    while (waiting_ != 0) changed_.wait(lock);
  }
  void enqueue(std::function<void()> task) override {
    {
      MutexLock lock(mutex_);
      ++waiting_;
    }
    arena_.enqueue([this, task = std::move(task)] {
      task();
      MutexLock lock(mutex_);
      --waiting_;
      changed_.notifyAll();
    });
  }

 private:
  const tbb::global_control allowed_;
  tbb::task_arena arena_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::size_t waiting_ MILLRACE_GUARDED_BY(mutex_) = 0;
};

class ThreadTaskPool final : public TaskPool {
 public:
  explicit ThreadTaskPool(int workers) {
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }
  ~ThreadTaskPool() override {
    MutexLock lock(mutex_);
    stopped_ = true;
    changed_.notifyAll();
  }
  void enqueue(std::function<void()> task) override {
    MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    ++unfinished_;
    changed_.notifyAll();
  }
  void awaitIdle() override {
    MutexLock lock(mutex_);
    while (unfinished_ != 0) changed_.wait(lock);
  }

 private:
  void work() {
    MutexLock lock(mutex_);
    for (;;) {
      while (!stopped_ && tasks_.empty()) changed_.wait(lock);
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
      if (--unfinished_ == 0) changed_.notifyAll();
    }
  }

  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<std::function<void()>> tasks_ MILLRACE_GUARDED_BY(mutex_);
  std::size_t unfinished_ MILLRACE_GUARDED_BY(mutex_) = 0;
  bool stopped_ MILLRACE_GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_;
};

}  // namespace

std::unique_ptr<TaskPool> tbbTaskPool(int workers) { return std::make_unique<TbbTaskPool>(workers); }
std::unique_ptr<TaskPool> threadTaskPool(int workers) { return std::make_unique<ThreadTaskPool>(workers); }

std::unique_ptr<TaskPool> makeTaskPool(int workers) {
#ifdef __SANITIZE_THREAD__
  return threadTaskPool(workers);
#else
  return tbbTaskPool(workers);
#endif
}

}  // namespace millrace::core
