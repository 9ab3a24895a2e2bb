#pragma once

#include <millrace/base/thread_annotations.hpp>

#include <mutex>

namespace millrace::core {

/// A std::recursive_mutex that the thread-safety analysis knows: a thread that holds it may lock it again.
class MILLRACE_CAPABILITY("mutex") RecursiveMutex {
 public:
  void lock() MILLRACE_ACQUIRE() { mutex_.lock(); }
  void unlock() MILLRACE_RELEASE() { mutex_.unlock(); }

 private:
  std::recursive_mutex mutex_;
};

/// Holds a recursive mutex until the end of the scope.
class MILLRACE_SCOPED_CAPABILITY RecursiveMutexLock {
 public:
  explicit RecursiveMutexLock(RecursiveMutex& mutex) MILLRACE_ACQUIRE(mutex) : mutex_(mutex) {
    mutex_.lock();
  }
  ~RecursiveMutexLock() MILLRACE_RELEASE() { mutex_.unlock(); }
  RecursiveMutexLock(const RecursiveMutexLock&) = delete;
  RecursiveMutexLock& operator=(const RecursiveMutexLock&) = delete;

 private:
  RecursiveMutex& mutex_;
};

}  // namespace millrace::core
