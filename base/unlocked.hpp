#pragma once

namespace millrace::core {

/// Lets go of a lock that the calling thread holds, and takes it again at the end of the scope, also when that is left by
/// an exception: for calls in the middle of locked work that must not be made under the lock.
template <class Lock>
class Unlocked {
 public:
  explicit Unlocked(Lock& held) : lock_(held) { lock_.unlock(); }
  ~Unlocked() { lock_.lock(); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  Lock& lock_;
};

}  // namespace millrace::core
