#pragma once

#include <millrace/base/error.hpp>
#include <millrace/rdd/core/run/activity.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>

#include <exception>
#include <string>
#include <utility>

namespace millrace::core {

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

/// Runs code of the user for an operator: a failure names it, and Activity shows it meanwhile.
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
