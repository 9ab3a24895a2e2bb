#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/task_failure.hpp>

#include <utility>

namespace millrace {

namespace {

std::string describeFailure(const std::string& operatorName, int partition, const std::exception_ptr& cause) {
  std::string place = operatorName.empty() ? "a task" : operatorName;
  return place + " failed in partition " + std::to_string(partition) + ": " + core::describeException(cause);
}

}  // namespace

TaskFailure::TaskFailure(std::string operatorName, int partition, std::exception_ptr cause)
    : SparkException(describeFailure(operatorName, partition, cause)),
      operatorName_(std::move(operatorName)),
      partition_(partition),
      cause_(std::move(cause)) {}

}  // namespace millrace
