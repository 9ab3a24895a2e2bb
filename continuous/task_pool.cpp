#include <millrace/continuous/task_pool.hpp>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::core {

namespace {

class TbbTaskPool final : public TaskPool {
 public:
  explicit TbbTaskPool(int workers) : arena_(workers, 0) {}
  ~TbbTaskPool() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ == 0; });
  }
  void enqueue(std::function<void()> task) override {
    {
      std::lock_guard lock(mutex_);
      ++waiting_;
    }
    arena_.enqueue([this, task = std::move(task)] {
      task();
      std::lock_guard lock(mutex_);
      --waiting_;
      changed_.notify_all();
    });
  }

 private:
  tbb::task_arena arena_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
};

class ThreadTaskPool final : public TaskPool {
 public:
  explicit ThreadTaskPool(int workers) {
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }
  ~ThreadTaskPool() override {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  void enqueue(std::function<void()> task) override {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.notify_one();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopped_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopped_ = false;
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
