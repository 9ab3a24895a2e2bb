#pragma once

#include <memory>
#include <string>
#include <string_view>

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

}  // namespace millrace::core
