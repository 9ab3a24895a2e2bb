#pragma once

#include <millrace/base/thread_annotations.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace millrace::core {

/// A std::mutex that the thread-safety analysis knows: a member that is MILLRACE_GUARDED_BY one is used only under a lock of
/// it.
class MILLRACE_CAPABILITY("mutex") Mutex {
 public:
  void lock() MILLRACE_ACQUIRE() { mutex_.lock(); }
  void unlock() MILLRACE_RELEASE() { mutex_.unlock(); }

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

/// Holds a mutex until the end of the scope. It may be unlocked and locked again in between.
class MILLRACE_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MILLRACE_ACQUIRE(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() MILLRACE_RELEASE() = default;
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() MILLRACE_ACQUIRE() { lock_.lock(); }
  void unlock() MILLRACE_RELEASE() { lock_.unlock(); }

 private:
  friend class ConditionVariable;
  std::unique_lock<std::mutex> lock_;
};

/// What threads wait for until another one notifies them. No wait takes a predicate, since the analysis does not know that
/// a lambda runs under the lock; wait in a loop:
///
///     while (!done_) changed_.wait(lock);
///     while (!done_ && changed_.waitUntil(lock, deadline)) continue;
class ConditionVariable {
 public:
  void notifyOne() noexcept { condition_.notify_one(); }
  void notifyAll() noexcept { condition_.notify_all(); }

  void wait(MutexLock& lock) { condition_.wait(lock.lock_); }
  /// False once `deadline` has passed.
  bool waitUntil(MutexLock& lock, std::chrono::steady_clock::time_point deadline) {
    return condition_.wait_until(lock.lock_, deadline) == std::cv_status::no_timeout;
  }

 private:
  std::condition_variable condition_;
};

}  // namespace millrace::core
