#pragma once

#include <millrace/base/error.hpp>

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

/// Runs code of the user in the name of an operator.
template <class Body>
decltype(auto) inOperator(const OperatorInfo& info, Body&& body) {
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
