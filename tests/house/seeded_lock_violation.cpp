// A guarded member that is read without its mutex, on purpose: house.thread_safety must find it.
// expect: reading variable 'count_' requires holding mutex 'mutex_'
#include <millrace/base/mutex.hpp>

class Counter {
 public:
  void add() {
    millrace::core::MutexLock lock(mutex_);
    ++count_;
  }
  int count() const { return count_; }

 private:
  millrace::core::Mutex mutex_;
  int count_ MILLRACE_GUARDED_BY(mutex_) = 0;
};
