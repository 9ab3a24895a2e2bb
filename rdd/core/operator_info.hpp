#pragma once

#include <millrace/base/error.hpp>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::core {

/// Who an operator is, for errors, metrics and recovery. Stream operators are numbered in the order in which the
/// program builds them; operators of RDDs made while running have no number.
struct OperatorInfo {
  std::string kind;
  int id = -1;
  std::string name;

  /// `reduceByKey #4 "word counts"`, as far as known.
  std::string describe() const;
};
using OperatorPtr = std::shared_ptr<const OperatorInfo>;

OperatorPtr rddOperator(std::string_view kind);

/// What a user's function threw, with the operator that called it. The task that ran it adds the partition.
class OperatorFailure : public SparkException {
 public:
  OperatorFailure(std::string operatorName, std::exception_ptr cause);
  const std::string& operatorName() const { return operatorName_; }
  std::exception_ptr cause() const { return cause_; }

 private:
  std::string operatorName_;
  std::exception_ptr cause_;
};

/// The text of an exception of any type.
std::string describeException(const std::exception_ptr& exception);

/// Rethrows the exception being handled with the operator's name; one that already has a name passes as it is.
[[noreturn]] void failIn(const OperatorInfo& info);

/// In whose name a thread runs code of the user at this moment, for whoever watches that it gets on.
class Activity {
 public:
  /// Null between operators. Compare it only: what it points to may be gone.
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

/// Runs code of the user in the name of an operator.
template <class Body>
decltype(auto) inOperator(const OperatorInfo& info, Body&& body) {
  Activity::Scope scope(info);
  try {
    return body();
  } catch (...) {
    failIn(info);
  }
}
template <class Body>
decltype(auto) inOperator(const OperatorPtr& info, Body&& body) {
  return inOperator(*info, std::forward<Body>(body));
}

}  // namespace millrace::core
