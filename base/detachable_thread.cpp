#include <millrace/base/detachable_thread.hpp>
#include <millrace/base/mutex.hpp>

#include <utility>

namespace millrace::core {

struct DetachableThread::End {
  Mutex mutex;
  ConditionVariable changed;
  bool reached MILLRACE_GUARDED_BY(mutex) = false;
};

DetachableThread::DetachableThread(std::function<void()> body)
    : end_(std::make_shared<End>()), thread_([end = end_, body = std::move(body)]() mutable {
        body();
        body = nullptr;
        MutexLock lock(end->mutex);
        end->reached = true;
        end->changed.notifyAll();
      }) {}

DetachableThread::~DetachableThread() {
  if (thread_.joinable()) thread_.detach();
}

bool DetachableThread::join(std::chrono::steady_clock::time_point deadline) {
  if (thread_.get_id() == std::this_thread::get_id() || !thread_.joinable()) return true;
  {
    MutexLock lock(end_->mutex);
    while (!end_->reached && end_->changed.waitUntil(lock, deadline)) continue;
    if (!end_->reached) return false;
  }
  thread_.join();
  return true;
}

}  // namespace millrace::core
