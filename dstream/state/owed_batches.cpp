#include <millrace/base/error.hpp>
#include <millrace/dstream/state/owed_batches.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>

#include <string>

namespace millrace::core {

std::exception_ptr tooMuchOwed(const OperatorInfo& info, const std::exception_ptr& cause) {
  return std::make_exception_ptr(
      SparkException(info.describe() + " has ended: its input has failed for " + std::to_string(kMostOwed) +
                     " batches, and it holds no more of them: " + describeException(cause)));
}

}  // namespace millrace::core
