#include <millrace/base/detachable_thread.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace millrace::core {

struct DetachableThread::End {
  std::mutex mutex;
  std::condition_variable changed;
  bool reached = false;
};

DetachableThread::DetachableThread(std::function<void()> body)
    : end_(std::make_shared<End>()), thread_([end = end_, body = std::move(body)]() mutable {
        body();
        body = nullptr;
        std::lock_guard lock(end->mutex);
        end->reached = true;
        end->changed.notify_all();
      }) {}

DetachableThread::~DetachableThread() {
  if (thread_.joinable()) thread_.detach();
}

bool DetachableThread::join(std::chrono::steady_clock::time_point deadline) {
  if (thread_.get_id() == std::this_thread::get_id() || !thread_.joinable()) return true;
  {
    std::unique_lock lock(end_->mutex);
    if (!end_->changed.wait_until(lock, deadline, [&] { return end_->reached; })) return false;
  }
  thread_.join();
  return true;
}

}  // namespace millrace::core
