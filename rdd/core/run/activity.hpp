#pragma once

#include <atomic>

namespace millrace::core {

struct OperatorInfo;

/// Which operator's user code a thread is running at this moment, so that another thread can name the operator if it
/// does not come to an end.
class Activity {
 public:
  /// Null between operators. The operator may be destroyed meanwhile: only compare the pointer.
  const OperatorInfo* now() const { return now_.load(std::memory_order_relaxed); }

  /// Makes the calling thread report to `activity` until the end of the scope.
  class Reported;
  /// The calling thread runs the operator until the end of the scope.
  class Scope;

 private:
  std::atomic<const OperatorInfo*> now_ = nullptr;
};

class Activity::Reported {
 public:
  explicit Reported(Activity& activity);
  ~Reported();
  Reported(const Reported&) = delete;
  Reported& operator=(const Reported&) = delete;

 private:
  Activity* outer_;
};

class Activity::Scope {
 public:
  explicit Scope(const OperatorInfo& info);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Activity* activity_;
  const OperatorInfo* outer_ = nullptr;
};

}  // namespace millrace::core
