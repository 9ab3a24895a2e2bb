#pragma once

#include <millrace/base/thread_annotations.hpp>

#include <memory>

namespace millrace::core {

class Mutex;

/// What a task has added to an accumulator so far.
struct AccumulatorPart {
  virtual ~AccumulatorPart();
};

/// The untyped half of an accumulator. What a task has added is merged when the task has succeeded. Its value is used
/// under its Lock.
class MILLRACE_CAPABILITY("accumulator") AccumulatorBase
    : public std::enable_shared_from_this<AccumulatorBase> {
 public:
  AccumulatorBase();
  virtual ~AccumulatorBase();
  AccumulatorBase(const AccumulatorBase&) = delete;
  AccumulatorBase& operator=(const AccumulatorBase&) = delete;
  virtual void merge(AccumulatorPart& part) = 0;
  class Lock;

 protected:
  virtual std::shared_ptr<AccumulatorPart> makePart() const = 0;
  /// What the task of this thread has added; null outside of tasks.
  AccumulatorPart* partOfTask();

 private:
  const std::shared_ptr<Mutex> mutex_;
};

/// Keeps other threads from an accumulator's value until the end of the scope.
class MILLRACE_SCOPED_CAPABILITY AccumulatorBase::Lock {
 public:
  explicit Lock(const AccumulatorBase& accumulator) MILLRACE_ACQUIRE(accumulator);
  ~Lock() MILLRACE_RELEASE();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace millrace::core
