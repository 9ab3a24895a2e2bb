#pragma once

#include <millrace/base/error.hpp>

#include <exception>
#include <string>

namespace millrace {

/// A task failed, at its last attempt: names the operator (where one ran), the partition and the cause. This is what
/// actions throw.
class TaskFailure : public SparkException {
 public:
  /// `attempts`: how often it was tried.
  TaskFailure(std::string operatorName, int partition, std::exception_ptr cause, int attempts = 1);

  /// Empty when the failure was not inside an operator.
  const std::string& operatorName() const { return operatorName_; }
  int partition() const { return partition_; }
  /// What was thrown, as it was thrown.
  std::exception_ptr cause() const { return cause_; }

 private:
  std::string operatorName_;
  int partition_;
  std::exception_ptr cause_;
};

}  // namespace millrace
