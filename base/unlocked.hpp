#pragma once

#include <millrace/base/thread_annotations.hpp>

namespace millrace::core {

/// Lets go of a mutex that the calling thread holds, and takes it again at the end of the scope, also when that is left by
/// an exception: for calls in the middle of locked work that must not be made under the lock.
template <class M>
class MILLRACE_SCOPED_CAPABILITY Unlocked {
 public:
  explicit Unlocked(M& held) MILLRACE_RELEASE(held) : mutex_(held) { mutex_.unlock(); }
  ~Unlocked() MILLRACE_RELEASE() { mutex_.lock(); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  M& mutex_;
};

}  // namespace millrace::core
